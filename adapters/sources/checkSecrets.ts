import { hash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { DuizhangError } from '../../domain/errors.ts';
import type { Config } from '../config/loadConfig.ts';
import type { NamedSecret } from './namedSecrets.ts';
import { materialOf, namedSecrets } from './namedSecrets.ts';
import { secretPath } from './secrets.ts';

export type SecretFindings = { readonly errors: readonly string[]; readonly warnings: readonly string[] };

const PROGRAM = resolve(import.meta.dirname, '../..');
const [GROUP_MAY_READ, OTHERS_MAY_WRITE] = [0o040, 0o022];
/** Of S3-compatible stores as they come. */
const DEFAULTS = new Set([
  'minioadmin',
  'minio',
  'minio123',
  'admin',
  'password',
  'secret',
  'changeme',
  'test',
  'accesskey',
]);
const MIN_S3_SECRET = 16;

/** What is wrong with the secrets that a configuration names; none of them is in any word. */
export function checkSecrets(config: Config, env: NodeJS.ProcessEnv): SecretFindings {
  const errors: string[] = [];
  const warnings: string[] = [];
  const places = new Map<string, NamedSecret[]>();
  for (const secret of namedSecrets(config, env)) {
    const print = fingerprintOf(secret);
    if (print instanceof DuizhangError) errors.push(print.message);
    else places.set(print, [...(places.get(print) ?? []), secret]);
    const found = fileFindings(secret);
    errors.push(...found.errors);
    warnings.push(...found.warnings);
  }
  for (const [first, ...others] of places.values()) {
    if (!first || others.length === 0) continue;
    const all = [first, ...others];
    const where = all.map(({ at }) => at).join(' and ');
    if (first.kind === 'MACHINE')
      errors.push(`${where} have the same key: whoever has one is taken for the other`);
    else if (new Set(all.map(({ id }) => id)).size > 1)
      warnings.push(`${where} have the same secret under different ids`);
  }
  errors.push(...s3Errors(config, env));
  return { errors, warnings };
}

function fingerprintOf(secret: NamedSecret): string | DuizhangError {
  try {
    return hash('sha256', materialOf(secret), 'hex');
  } catch (error) {
    if (error instanceof DuizhangError) return error;
    throw error;
  }
}

function fileFindings({ raw: { keyFile }, at, ...place }: NamedSecret): SecretFindings {
  if (keyFile === undefined) return { errors: [], warnings: [] };
  const path = secretPath(keyFile, place);
  const stats = statSync(path, { throwIfNoEntry: false });
  // That it is not there is told by whoever reads it.
  if (!stats) return { errors: [], warnings: [] };
  const isInside = !relative(PROGRAM, path).startsWith('..');
  return {
    errors: (stats.mode & OTHERS_MAY_WRITE) === 0 ? [] : [`${at}: others may write ${path}: chmod go-w it`],
    warnings: [
      ...((stats.mode & GROUP_MAY_READ) === 0
        ? []
        : [`${at}: the group may read ${path}: chmod g-rwx it unless that is meant`]),
      ...(isInside
        ? [
            `${at}: ${path} lies in the folder of this program (${join(PROGRAM)}), from where it may be published`,
          ]
        : []),
    ],
  };
}

function s3Errors({ archive }: Config, env: NodeJS.ProcessEnv): readonly string[] {
  if (archive?.s3 === undefined) return [];
  return (['ACCESS', 'SECRET'] as const).flatMap((which) => {
    const name = `DUIZHANG_S3_${which}_KEY`;
    const key = env[name] ?? '';
    if (key === '') return [`archive.s3: the environment variable ${name} is not set`];
    if (DEFAULTS.has(key.toLowerCase())) return [`archive.s3: ${name} is a default that everybody knows`];
    const isShort = which === 'SECRET' && key.length < MIN_S3_SECRET;
    return isShort ? [`archive.s3: ${name} has fewer than ${MIN_S3_SECRET} characters`] : [];
  });
}
