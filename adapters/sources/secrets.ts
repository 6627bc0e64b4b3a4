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

/** At least 32 random bytes as base64. */
export function machineKey(secret: RawSecret, place: SecretPlace): Buffer {
  const text = secretText(secret, place);
  const key = /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  if (key.length >= MIN_KEY_BYTES && new Set(key).size > 8) return key;
  throw place.fail('the key must be 32 or more random bytes as base64: openssl rand -base64 32');
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
  const path = resolve(place.folder, file);
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
