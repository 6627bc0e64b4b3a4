import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sealer } from '../../domain/accessPorts.ts';
import { DuizhangError } from '../../domain/errors.ts';

// The key that sessions hang on: a file of lines, each a key of 32 bytes in base64. The first one signs and seals; what the
// others have signed and sealed is still good, so that a key is replaced by putting a new line above it.

const OWN_KEY = 'session-key';
const KEY_BYTES = 32;
const OTHERS_MAY_READ = 0o007;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** The file that DUIZHANG_SESSION_KEY names, or one in the data folder. */
export function sessionKeyPath(env: NodeJS.ProcessEnv, dataDir: string): string {
  return env['DUIZHANG_SESSION_KEY'] || join(dataDir, OWN_KEY);
}

/** Makes the data folder's own key when it is not there; a key that somebody named is never made. */
export function makeSessionKey(env: NodeJS.ProcessEnv, dataDir: string): void {
  if (env['DUIZHANG_SESSION_KEY']) return;
  const path = sessionKeyPath(env, dataDir);
  const temporary = `${path}.${process.pid}.tmp`;
  const text = `${randomBytes(KEY_BYTES).toString('base64')}\n`;
  writeFileSync(temporary, text, { mode: 0o600, flush: true });
  try {
    // Unlike a rename it never takes the place of a key that is there.
    linkSync(temporary, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(temporary);
  }
}

/**
 * The keys of a file, the one that signs first.
 * @throws DZ_SESSION_KEY_UNUSABLE
 */
export function readSessionKeys(path: string): readonly [Buffer, ...Buffer[]] {
  let lines: readonly string[];
  try {
    lines = readFileSync(path, 'utf8').split('\n');
    if ((statSync(path).mode & OTHERS_MAY_READ) !== 0) {
      throw unusable(path, 'every user of this machine may read it; chmod 600 it');
    }
  } catch (cause) {
    throw cause instanceof DuizhangError
      ? cause
      : unusable(path, 'it is not there, or may not be read', cause);
  }
  const keys = lines.map((line) => line.trim()).filter((line) => line !== '');
  const [first, ...others] = keys.map((line) => Buffer.from(line, 'base64'));
  if (first && [first, ...others].every((key) => key.length >= KEY_BYTES)) return [first, ...others];
  throw unusable(path, 'each line has to be a key of 32 bytes or more: openssl rand -base64 32');
}

/** A key for one purpose: what is signed for one proves nothing for another. */
export function keyFor(purpose: string, key: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `duizhang ${purpose}`, KEY_BYTES));
}

/** AES-256-GCM. */
export function sealerOf(keys: readonly [Buffer, ...Buffer[]]): Sealer {
  const [own, ...others] = keys.map((key) => keyFor('seal', key));
  if (!own) throw new Error('there is no key');
  return {
    seal(secret, bound) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', own, iv).setAAD(Buffer.from(bound));
      const sealed = Buffer.concat([cipher.update(secret), cipher.final()]);
      return Buffer.concat([iv, sealed, cipher.getAuthTag()]).toString('base64');
    },
    open(sealed, bound) {
      const bytes = Buffer.from(sealed, 'base64');
      return [own, ...others].map((key) => opened(bytes, key, bound)).find((each) => each !== null) ?? null;
    },
  };
}

function opened(bytes: Buffer, key: Buffer, bound: string): Buffer | null {
  if (bytes.length <= IV_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  })
    .setAAD(Buffer.from(bound))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  const secret = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
  try {
    return Buffer.concat([secret, decipher.final()]);
  } catch {
    // The tag is another key's, or the text was changed.
    return null;
  }
}

function unusable(path: string, why: string, cause?: unknown): DuizhangError {
  return new DuizhangError('DZ_SESSION_KEY_UNUSABLE', `the session key ${path} cannot be used: ${why}`, {
    cause,
  });
}
