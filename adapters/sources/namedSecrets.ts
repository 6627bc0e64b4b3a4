import type { OidcLoginConfig } from '../config/accessConfig.ts';
import { signSecretOf } from '../config/alertsConfig.ts';
import type { KafkaConfig } from '../config/kafkaConfig.ts';
import type { Config } from '../config/loadConfig.ts';
import type { RawSecret } from '../config/sourcesConfig.ts';
import type { SecretPlace } from './secrets.ts';
import { machineKey, rsaPrivateKey, secretText } from './secrets.ts';

export type NamedSecret = SecretPlace & {
  readonly raw: RawSecret;
  /** For people: machine front, H001 hdp. */
  readonly at: string;
  readonly kind: 'MACHINE' | 'RSA' | 'TEXT';
  /** Under which name the other side knows it: one RSA key may serve many hospitals of one service provider. */
  readonly id: string;
};

/** Every secret that a configuration names, with where it does. */
export function namedSecrets(config: Config, env: NodeJS.ProcessEnv): readonly NamedSecret[] {
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
  if (config.oidcLogin !== null) secrets.push(...oidcSecrets(config.oidcLogin, env));
  if (config.log.kafka !== null) secrets.push(...kafkaSecrets(config.log.kafka, env));
  return secrets;
}

function oidcSecrets({ raw, folder, fail }: OidcLoginConfig, env: NodeJS.ProcessEnv): readonly NamedSecret[] {
  if (raw.keyFile === undefined && raw.keyEnv === undefined) return [];
  const at = 'access oidc.login';
  return [
    { raw, at, kind: 'TEXT', id: raw.clientId, folder, env, fail: (message: string) => fail([], message) },
  ];
}

function kafkaSecrets({ raw, folder, fail }: KafkaConfig, env: NodeJS.ProcessEnv): readonly NamedSecret[] {
  const { tls, sasl, registry } = raw;
  const named = {
    tls: tls?.keyFile === undefined ? undefined : { keyFile: tls.keyFile },
    sasl,
    registry: registry?.user === undefined ? undefined : registry,
  };
  return Object.entries(named).flatMap(([what, secret]): readonly NamedSecret[] => {
    if (secret === undefined) return [];
    const failHere = (message: string): Error => fail([what], message);
    return [
      { raw: secret, at: `log.kafka ${what}`, kind: 'TEXT', id: 'log.kafka', folder, env, fail: failHere },
    ];
  });
}

/** What a secret is. @throws what its place makes of one that is not there or no good */
export function materialOf({ raw, kind, ...place }: NamedSecret): string | Uint8Array {
  switch (kind) {
    case 'MACHINE':
      return machineKey(raw, place);
    case 'RSA':
      return rsaPrivateKey(raw, place).export({ type: 'pkcs8', format: 'der' });
    case 'TEXT':
      return secretText(raw, place);
  }
}
