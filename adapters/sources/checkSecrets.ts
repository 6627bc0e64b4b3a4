import { hash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { DuizhangError } from '../../domain/errors.ts';
import { signSecretOf } from '../config/alertsConfig.ts';
import type { Config } from '../config/loadConfig.ts';
import type { RawSecret } from '../config/sourcesConfig.ts';
import type { SecretPlace } from './secrets.ts';
import { machineKey, rsaPrivateKey, secretPath, secretText } from './secrets.ts';

export type SecretFindings = { readonly errors: readonly string[]; readonly warnings: readonly string[] };

type NamedSecret = SecretPlace & {
  readonly raw: RawSecret;
  /** For people: machine front, H001 hdp. */
  readonly at: string;
  readonly kind: 'MACHINE' | 'RSA' | 'TEXT';
  /** Under which name the other side knows it: one RSA key may serve many hospitals of one service provider. */
  readonly id: string;
};

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

function namedSecrets(config: Config, env: NodeJS.ProcessEnv): readonly NamedSecret[] {
  const secrets: NamedSecret[] = [];
  for (const [merchantId, { raw, folder, fail }] of config.sources) {
    const add = (
      steps: readonly string[],
      secret: RawSecret,
      kind: NamedSecret['kind'],
      id: string,
    ): void => {
      const failHere = (message: string): Error => fail(steps, message);
      secrets.push({
        raw: secret,
        at: `${merchantId} ${steps.join('.')}`,
        kind,
        id,
        folder,
        env,
        fail: failHere,
      });
    };
    const { hdp, wechat, alipay } = raw;
    if (hdp) add(['hdp'], hdp, 'MACHINE', hdp.keyId);
    if (hdp?.tls?.keyFile !== undefined) add(['hdp', 'tls'], { keyFile: hdp.tls.keyFile }, 'TEXT', hdp.keyId);
    if (wechat) add(['wechat'], wechat, 'RSA', wechat.mchid ?? merchantId);
    if (alipay) add(['alipay'], alipay, 'RSA', alipay.appId);
    if (alipay?.authTokenFile !== undefined) {
      add(['alipay', 'authTokenFile'], { keyFile: alipay.authTokenFile }, 'TEXT', merchantId);
    }
    if (alipay?.authTokenEnv !== undefined) {
      add(['alipay', 'authTokenEnv'], { keyEnv: alipay.authTokenEnv }, 'TEXT', merchantId);
    }
  }
  // What stands once for all hospitals is one place.
  const platforms = new Map(
    [...config.refunds].flatMap(([id, { upp }]) => (upp ? [[upp.raw, { id, upp }]] : [])),
  );
  for (const { id, upp } of platforms.values()) {
    const fail = (message: string): Error => upp.fail([], message);
    secrets.push({
      raw: upp.raw,
      at: `${id} refunds.upp`,
      kind: 'MACHINE',
      id: upp.raw.keyId,
      folder: upp.folder,
      env,
      fail,
    });
  }
  for (const { raw, folder, fail } of config.machines) {
    raw.keys.forEach((key, n) => {
      const failHere = (message: string): Error => fail(['keys', String(n)], message);
      secrets.push({
        raw: key,
        at: `machine ${raw.id} keys.${n}`,
        kind: 'MACHINE',
        id: raw.id,
        folder,
        env,
        fail: failHere,
      });
    });
  }
  for (const [name, { raw, folder, fail }] of config.alerts?.contacts ?? []) {
    const named = {
      key: raw.keyFile !== undefined || raw.keyEnv !== undefined ? raw : null,
      sign: signSecretOf(raw),
    };
    for (const [what, secret] of Object.entries(named)) {
      if (secret === null) continue;
      const failHere = (message: string): Error => fail([], message);
      const at = `alerts contact ${name} ${what}`;
      const kind = raw.type === 'webhook' ? 'MACHINE' : 'TEXT';
      secrets.push({ raw: secret, at, kind, id: `alerts ${name}`, folder, env, fail: failHere });
    }
  }
  return secrets;
}

function fingerprintOf(secret: NamedSecret): string | DuizhangError {
  try {
    return hash('sha256', materialOf(secret), 'hex');
  } catch (error) {
    if (error instanceof DuizhangError) return error;
    throw error;
  }
}

function materialOf({ raw, kind, ...place }: NamedSecret): string | Uint8Array {
  switch (kind) {
    case 'MACHINE':
      return machineKey(raw, place);
    case 'RSA':
      return rsaPrivateKey(raw, place).export({ type: 'pkcs8', format: 'der' });
    case 'TEXT':
      return secretText(raw, place);
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
