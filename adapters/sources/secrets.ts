import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RawSecret } from '../config/sourcesConfig.ts';

/** Where a secret is named: makes the error that says so. No message of ours holds what a secret says. */
export type SecretPlace = {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly fail: (message: string) => Error;
};

const MAX_SECRET_BYTES = 64 * 1024;
const MIN_RSA_BITS = 2048;
const MIN_KEY_BYTES = 32;
const OTHERS_MAY_READ = 0o004;

/** The text of a secret. @throws when it is not there, empty, or its file may be read by everybody */
export function secretText({ keyFile, keyEnv }: RawSecret, place: SecretPlace): string {
  if (keyFile !== undefined) return fileText(keyFile, place, true);
  const text = place.env[keyEnv ?? '']?.trim() ?? '';
  if (text === '') throw place.fail(`the environment variable ${keyEnv ?? ''} is not set`);
  return text;
}

export function publicText(file: string, place: SecretPlace): string {
  return fileText(file, place, false);
}

/** Secrets lie in the folder that DUIZHANG_SECRETS_DIR names, as containers mount it; else beside the configuration. */
export function secretPath(file: string, { folder, env }: Pick<SecretPlace, 'folder' | 'env'>): string {
  return resolve(env['DUIZHANG_SECRETS_DIR'] || folder, file);
}

/** Of 32 random bytes some 30 differ; fewer than this do not come from chance. */
const MIN_DIFFERENT_BYTES = 20;

/** Why bytes are no random key; null: nothing speaks against them. */
export function weaknessOf(key: Uint8Array): string | null {
  if (key.length < MIN_KEY_BYTES) return `it has ${key.length} bytes`;
  if (key.every((byte) => byte >= 0x20 && byte < 0x7f)) return 'it is a text that somebody has thought of';
  const step = ((key[1] ?? 0) - (key[0] ?? 0)) & 0xff;
  if (key.every((byte, at) => at === 0 || ((byte - (key[at - 1] ?? 0)) & 0xff) === step)) return 'it counts';
  for (let period = 1; period <= key.length / 2; period += 1) {
    if (key.every((byte, at) => byte === key[at % period])) return 'it repeats itself';
  }
  const different = new Set(key).size;
  return different < MIN_DIFFERENT_BYTES ? `only ${different} of its bytes differ` : null;
}

/** At least 32 random bytes as base64. */
export function machineKey(secret: RawSecret, place: SecretPlace): Buffer {
  const text = secretText(secret, place);
  const key = /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  const weakness = weaknessOf(key);
  if (weakness === null) return key;
  throw place.fail(
    `the key must be 32 or more random bytes as base64 (openssl rand -base64 32), but ${weakness}`,
  );
}

/** A private RSA key: PEM, or base64 alone as Alipay's tool gives it. */
export function rsaPrivateKey(secret: RawSecret, place: SecretPlace): KeyObject {
  const text = secretText(secret, place);
  const forms = text.includes('-----BEGIN')
    ? [() => createPrivateKey(text)]
    : (['pkcs8', 'pkcs1'] as const).map(
        (type) => () => createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type }),
      );
  return rsaOf(forms, place, 'private');
}

/** A public RSA key: PEM, a certificate, or base64 alone. */
export function rsaPublicKey(file: string, place: SecretPlace): KeyObject {
  const text = publicText(file, place);
  const forms = text.includes('-----BEGIN')
    ? [() => (text.includes('CERTIFICATE') ? new X509Certificate(text).publicKey : createPublicKey(text))]
    : [() => createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })];
  return rsaOf(forms, place, 'public');
}

function rsaOf(
  forms: readonly (() => KeyObject)[],
  place: SecretPlace,
  kind: 'private' | 'public',
): KeyObject {
  for (const form of forms) {
    const key = readable(form);
    if (key?.type !== kind || key.asymmetricKeyType !== 'rsa') continue;
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    if (bits < MIN_RSA_BITS) throw place.fail(`the key has ${bits} bits, fewer than ${MIN_RSA_BITS}`);
    return key;
  }
  throw place.fail(`it holds no ${kind} RSA key (PEM, or base64 alone)`);
}

function readable(form: () => KeyObject): KeyObject | null {
  try {
    return form();
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

function fileText(file: string, place: SecretPlace, isSecret: boolean): string {
  const path = isSecret ? secretPath(file, place) : resolve(place.folder, file);
  try {
    const stats = statSync(path);
    if (!stats.isFile() || stats.size > MAX_SECRET_BYTES) throw place.fail(`${path} is no file with a key`);
    if (isSecret && (stats.mode & OTHERS_MAY_READ) !== 0) {
      throw place.fail(`everybody may read ${path}: chmod o-rwx it`);
    }
    const text = readFileSync(path, 'utf8').trim();
    if (text === '') throw place.fail(`${path} is empty`);
    return text;
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'syscall' in error) {
      throw place.fail(`${path} cannot be read (${String(error.code)})`);
    }
    throw error;
  }
}
