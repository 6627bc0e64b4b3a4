import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { DuizhangError } from '../../domain/errors.ts';
import type { KnownUser, Role } from '../../domain/principal.ts';
import { ROLES } from '../../domain/principal.ts';

// Who may use the API of an embedded system until there is a login: a file of users with tokens, readable by its owner.

const DEMO_USERS: readonly { readonly user: string; readonly roles: readonly Role[] }[] = [
  { user: 'viewer', roles: ['viewer'] },
  { user: 'operator', roles: ['operator'] },
  { user: 'operator2', roles: ['operator'] },
  { user: 'approver', roles: ['approver'] },
  { user: 'admin', roles: ['admin'] },
  { user: 'admin2', roles: ['admin'] },
  { user: 'auditor', roles: ['auditor'] },
];

const check = Compile(
  Type.Array(
    Type.Object(
      {
        user: Type.String({ pattern: '^[\\w.-]{1,64}$' }),
        token: Type.String({ pattern: '^[!-~]{32,256}$' }),
        roles: Type.Array(Type.Unsafe<Role>({ type: 'string', enum: [...ROLES] })),
        /** null: every hospital. */
        merchants: Type.Union([Type.Array(Type.String()), Type.Null()]),
      },
      { additionalProperties: false },
    ),
  ),
);

const OTHERS_MAY_READ = 0o077;
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

export function demoUsersPath(dataDir: string): string {
  return join(dataDir, 'demo-users.json');
}

/**
 * Makes the file when it is not there.
 * @param newToken random, 32 characters or more
 * @returns the users that were made; null: they are there from an earlier start
 */
export function makeDemoUsers(dataDir: string, newToken: () => string): readonly KnownUser[] | null {
  const path = demoUsersPath(dataDir);
  const users = DEMO_USERS.map(({ user, roles }) => ({ user, token: newToken(), roles, merchants: null }));
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(users, null, 2)}\n`, { mode: 0o600, flush: true });
  try {
    // Unlike a rename it never takes the place of users that are there.
    linkSync(temporary, path);
    return users.map(userOf);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return null;
    throw error;
  } finally {
    rmSync(temporary);
  }
}

/**
 * @param host where the API listens: on any other than loopback the demo's tokens are nobody's
 * @returns none where there is no such file
 * @throws DZ_CONFIG_INVALID
 */
export function readDemoUsers(dataDir: string, host: string): readonly KnownUser[] {
  if (!LOOPBACK.has(host)) return [];
  const path = demoUsersPath(dataDir);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw invalid(path, String(error));
  }
  if ((statSync(path).mode & OTHERS_MAY_READ) !== 0) {
    throw invalid(path, 'others may read the tokens in it; chmod 600 it');
  }
  const said = parsed(text);
  if (check.Check(said)) return said.map(userOf);
  const [fault] = check.Errors(said);
  throw invalid(path, `it is no list of users: ${fault?.instancePath ?? ''} ${fault?.message ?? ''}`);
}

function userOf(said: {
  readonly user: string;
  readonly token: string;
  readonly roles: readonly Role[];
  readonly merchants: readonly string[] | null;
}): KnownUser {
  const merchants = said.merchants && new Set(said.merchants);
  return { token: said.token, principal: { userId: said.user, roles: new Set(said.roles), merchants } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function invalid(path: string, why: string): DuizhangError {
  return new DuizhangError('DZ_CONFIG_INVALID', `${path}: ${why}`);
}
