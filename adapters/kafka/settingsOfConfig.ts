import { DuizhangError } from '../../domain/errors.ts';
import type { OutputTopic } from '../../domain/outputPorts.ts';
import type { Topic } from '../../domain/ports.ts';
import { ms } from '../config/durations.ts';
import type { KafkaConfig } from '../config/kafkaConfig.ts';
import type { SecretPlace } from '../sources/secrets.ts';
import { publicText, secretText } from '../sources/secrets.ts';
import type { KafkaSettings } from './kafkaSettings.ts';
import { DEFAULT_SESSION_MS } from './kafkaSettings.ts';
import { oauthBearer } from './oauthBearer.ts';
import { oauthTokens } from './oauthTokens.ts';
import type { RegistrySettings } from './schemaRegistry.ts';

const KAFKA_URL = /^kafka:\/\/(?:([^:@/,]+):([^:@/,]+)@)?([\w.-]+:\d{1,5}(?:,[\w.-]+:\d{1,5})*)\/?$/;
const TOPIC_NAMES: Readonly<Record<Topic, string>> = { payments: 'payments', 'his-orders': 'his-orders' };
const OUTPUT_NAMES: Readonly<Record<OutputTopic, string>> = { verdicts: 'verdicts', alerts: 'alerts' };
const DEFAULT_RETENTION_MS = 14 * 86_400_000;
const DEFAULT_REPLICATION = 3;
const LOCAL_URL = /^http:\/\/(127\.0\.0\.1|localhost)[:/]/;
const LOCAL = /^(127\.0\.0\.1|localhost):/;

/** The brokers of `kafka://user:password@host:9092,host2:9092`; null: it is another address. */
export function brokersOf(url: string): readonly string[] | null {
  return KAFKA_URL.exec(url)?.[3]?.split(',') ?? null;
}

export type Login = { readonly user: string; readonly password: string };

/** With what the address logs in, by SCRAM-SHA-512, which sends no password; null: with nothing. */
export function loginOf(url: string): Login | null {
  const [, user, password] = KAFKA_URL.exec(url) ?? [];
  if (user === undefined || password === undefined) return null;
  return { user: decodeURIComponent(user), password: decodeURIComponent(password) };
}

export type KafkaPlan = {
  readonly brokers: readonly string[];
  /** Of the address; where there is none, the configuration says how to log in. */
  readonly login?: Login | null;
  /** null: the configuration says nothing of it. */
  readonly config: KafkaConfig | null;
  readonly partitions: number;
  readonly env: NodeJS.ProcessEnv;
  readonly clientId: string;
};

/** @throws DZ_CONFIG_INVALID for a secret that is not there, or one that would cross a network in the clear */
export function kafkaSettingsOf(plan: KafkaPlan): KafkaSettings {
  const { brokers, login = null, config, partitions, env, clientId } = plan;
  const raw = config?.raw ?? {};
  const isLocal = brokers.every((broker) => LOCAL.test(broker));
  const isInTheClear = raw.tls === undefined && !isLocal;
  if (config !== null && isInTheClear && raw.sasl !== undefined && !raw.sasl.mechanism.startsWith('SCRAM')) {
    throw config.fail(['sasl'], `${raw.sasl.mechanism} sends its secret as it is: set tls`);
  }
  if (config !== null && login !== null && raw.sasl !== undefined) {
    throw config.fail(['sasl'], 'DUIZHANG_LOG_URL has a user and a password, too: say it in one place');
  }
  const { create } = raw;
  return {
    brokers,
    clientId,
    tls: config === null || raw.tls === undefined ? null : tlsOf(config, raw.tls, env),
    sasl: config === null || raw.sasl === undefined ? scramOf(login) : saslOf(config, raw.sasl, env),
    group: raw.group ?? 'duizhang',
    topicNames: {
      payments: raw.topics?.payments ?? TOPIC_NAMES.payments,
      'his-orders': raw.topics?.['his-orders'] ?? TOPIC_NAMES['his-orders'],
    },
    create:
      create === undefined
        ? null
        : {
            partitions: { payments: partitions, 'his-orders': partitions },
            replication: create.replication ?? DEFAULT_REPLICATION,
            retentionMs: ms(create.retention) ?? DEFAULT_RETENTION_MS,
          },
    compression: raw.compression ?? 'none',
    sessionMs: ms(raw.session) ?? DEFAULT_SESSION_MS,
  };
}

/** The topics that are written for others; null: none are. */
export function outputNamesOf(config: KafkaConfig | null): Readonly<Record<OutputTopic, string>> | null {
  const { topics, outputs = true } = config?.raw ?? {};
  if (!outputs) return null;
  return {
    verdicts: topics?.verdicts ?? OUTPUT_NAMES.verdicts,
    alerts: topics?.alerts ?? OUTPUT_NAMES.alerts,
  };
}

/** @returns null: no registry is named. @throws DZ_CONFIG_INVALID as above */
export function registryOf(config: KafkaConfig | null, env: NodeJS.ProcessEnv): RegistrySettings | null {
  const said = config?.raw.registry ?? {};
  const url = registryUrlOf(env) ?? said.url;
  if (url === undefined) return null;
  const { user, caFile } = said;
  if (config === null) return { url, login: null, tls: null };
  const place = placeOf(config, 'registry', env);
  const password = (): string => secretText(said, place);
  if (user !== undefined && !url.startsWith('https:') && !LOCAL_URL.test(url)) {
    throw config.fail(['registry'], 'the password would be sent as it is: use https');
  }
  if (user !== undefined) password();
  return {
    url,
    login: user === undefined ? null : { user, password },
    tls: caFile === undefined ? null : { ca: publicText(caFile, place) },
  };
}

function registryUrlOf(env: NodeJS.ProcessEnv): string | undefined {
  const value = env['DUIZHANG_SCHEMA_REGISTRY_URL'] || undefined;
  if (value === undefined || /^https?:\/\/[^\s?#]+$/.test(value)) return value;
  throw new DuizhangError(
    'DZ_CONFIG_INVALID',
    `DUIZHANG_SCHEMA_REGISTRY_URL is "${value}", not an address that begins with http:// or https://`,
  );
}

type Raw = KafkaConfig['raw'];

function scramOf(login: Login | null): KafkaSettings['sasl'] {
  return login && { mechanism: 'scram-sha-512', username: login.user, password: login.password };
}

function placeOf({ folder, fail }: KafkaConfig, at: string, env: NodeJS.ProcessEnv): SecretPlace {
  return { folder, env, fail: (message) => fail([at], message) };
}

function tlsOf(config: KafkaConfig, tls: NonNullable<Raw['tls']>, env: NodeJS.ProcessEnv) {
  const place = placeOf(config, 'tls', env);
  return {
    ...(tls.caFile === undefined ? {} : { ca: publicText(tls.caFile, place) }),
    ...(tls.certFile === undefined ? {} : { cert: publicText(tls.certFile, place) }),
    ...(tls.keyFile === undefined ? {} : { key: secretText({ keyFile: tls.keyFile }, place) }),
  };
}

function saslOf(
  config: KafkaConfig,
  sasl: NonNullable<Raw['sasl']>,
  env: NodeJS.ProcessEnv,
): KafkaSettings['sasl'] {
  const place = placeOf(config, 'sasl', env);
  // Read before anything is connected: a secret that is not there ends the process before it counts as started.
  const password = secretText(sasl, place);
  const username = sasl.user ?? '';
  switch (sasl.mechanism) {
    case 'PLAIN':
      return { mechanism: 'plain', username, password };
    case 'SCRAM-SHA-256':
      return { mechanism: 'scram-sha-256', username, password };
    case 'SCRAM-SHA-512':
      return { mechanism: 'scram-sha-512', username, password };
    case 'OAUTHBEARER': {
      const { tokenUrl, scope } = sasl;
      return oauthBearer(
        tokenUrl === undefined
          ? async () => ({ value: secretText(sasl, place) })
          : oauthTokens({
              tokenUrl,
              clientId: username,
              secret: () => secretText(sasl, place),
              scope: scope ?? '',
            }),
      );
    }
  }
}

export function wrongLogUrl(name: string, url: string): DuizhangError {
  return new DuizhangError(
    'DZ_CONFIG_INVALID',
    `${name} is "${url.replace(/:[^:@/]*@/, ':***@')}", not an address that begins with redis:// or rediss://, or ` +
      'kafka://host:9092,host2:9092',
  );
}
