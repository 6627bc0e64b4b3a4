import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyIdOf, signCertificate } from '../../domain/certificate.ts';
import type { Signer } from '../../domain/closePorts.ts';
import { DuizhangError } from '../../domain/errors.ts';

const OWN_KEY = 'signing-key.pem';
const OTHERS_MAY_READ = 0o007;

/** The file that DUIZHANG_SIGNING_KEY names, or one in the data folder. */
export function signingKeyPath(env: NodeJS.ProcessEnv, dataDir: string): string {
  return env['DUIZHANG_SIGNING_KEY'] || join(dataDir, OWN_KEY);
}

/** Makes the data folder's own key when it is not there; a key that somebody named is never made. */
export function makeSigningKey(env: NodeJS.ProcessEnv, dataDir: string): void {
  if (env['DUIZHANG_SIGNING_KEY']) return;
  const path = signingKeyPath(env, dataDir);
  const { privateKey } = generateKeyPairSync('ed25519');
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flush: true });
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
 * Signs with the Ed25519 key of a PEM file (`openssl genpkey -algorithm ed25519`).
 * @throws DZ_SIGNING_KEY_UNUSABLE
 */
export function signerOf(path: string): Signer {
  const privateKey = keyOf(path, createPrivateKey);
  try {
    if ((statSync(path).mode & OTHERS_MAY_READ) !== 0) {
      throw unusable(path, 'every user of this machine may read it; chmod 600 it');
    }
  } catch (error) {
    throw error instanceof DuizhangError ? error : unusable(path, String(error));
  }
  const publicKey = createPublicKey(privateKey);
  const keyId = keyIdOf(publicKey);
  return { publicKey, sign: (certificate) => signCertificate(certificate, { privateKey, keyId }) };
}

/** @throws DZ_SIGNING_KEY_UNUSABLE */
export function readPublicKey(path: string): KeyObject {
  return keyOf(path, createPublicKey);
}

function keyOf(path: string, read: (pem: string) => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = read(readFileSync(path, 'utf8'));
  } catch (error) {
    const isThere = !(error instanceof Error && 'code' in error && error.code === 'ENOENT');
    throw unusable(path, isThere ? 'it is no key in PEM form, or may not be read' : 'it is not there', error);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw unusable(path, 'it is no Ed25519 key');
  return key;
}

function unusable(path: string, why: string, cause?: unknown): DuizhangError {
  return new DuizhangError('DZ_SIGNING_KEY_UNUSABLE', `the key ${path} cannot be used: ${why}`, { cause });
}
