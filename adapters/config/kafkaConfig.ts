import type { Static } from 'typebox';
import { Type } from 'typebox';
import type { CompressionName } from '../kafka/codecs.ts';
import { DURATION } from './durations.ts';
import type { FailAt } from './sourcesConfig.ts';
import { checkSecret, HttpUrl, Secret } from './sourcesConfig.ts';

// `log.kafka`: how a cluster is reached that DUIZHANG_LOG_URL names, and what of it is ours.

const strict = { additionalProperties: false } as const;
const Word = Type.String({ minLength: 1 });
const TopicName = Type.String({ pattern: '^[A-Za-z0-9._-]{1,249}$' });

export const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const;
export type Mechanism = (typeof MECHANISMS)[number];
const COMPRESSIONS: readonly CompressionName[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

export const KafkaSchema = Type.Object(
  {
    group: Type.Optional(Word),
    topics: Type.Optional(
      Type.Object(
        {
          payments: Type.Optional(TopicName),
          'his-orders': Type.Optional(TopicName),
          verdicts: Type.Optional(TopicName),
          alerts: Type.Optional(TopicName),
        },
        strict,
      ),
    ),
    /** Whether verdicts and alerts are written for others; absent: they are. */
    outputs: Type.Optional(Type.Boolean()),
    /** What topics are made with that are not there; absent: they are not made but refused. */
    create: Type.Optional(
      Type.Object(
        {
          replication: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
          retention: Type.Optional(Type.String({ pattern: DURATION })),
        },
        strict,
      ),
    ),
    compression: Type.Optional(Type.Unsafe<CompressionName>({ type: 'string', enum: [...COMPRESSIONS] })),
    session: Type.Optional(Type.String({ pattern: DURATION })),
    /** Where the schemas are of values in Confluent's framing; DUIZHANG_SCHEMA_REGISTRY_URL goes before its url. */
    registry: Type.Optional(
      Type.Object(
        {
          url: Type.Optional(HttpUrl),
          caFile: Type.Optional(Word),
          user: Type.Optional(Word),
          /** The password. */
          ...Secret,
        },
        strict,
      ),
    ),
    /** Empty: as the authorities that Node knows say. */
    tls: Type.Optional(
      Type.Object(
        { caFile: Type.Optional(Word), certFile: Type.Optional(Word), keyFile: Type.Optional(Word) },
        strict,
      ),
    ),
    sasl: Type.Optional(
      Type.Object(
        {
          mechanism: Type.Unsafe<Mechanism>({ type: 'string', enum: [...MECHANISMS] }),
          /** With OAUTHBEARER the client's id. */
          user: Type.Optional(Word),
          /** The password; with OAUTHBEARER the client's secret, or without a tokenUrl the token itself. */
          ...Secret,
          tokenUrl: Type.Optional(HttpUrl),
          scope: Type.Optional(Word),
        },
        strict,
      ),
    ),
  },
  strict,
);

export type RawKafka = Static<typeof KafkaSchema>;

export type KafkaConfig = {
  readonly raw: RawKafka;
  /** Files that it names are relative to this folder. */
  readonly folder: string;
  readonly fail: FailAt;
};

/** @throws what `fail` makes of settings that do not fit each other */
export function checkKafka({ topics = {}, outputs, registry, tls, sasl }: RawKafka, fail: FailAt): void {
  const names = Object.values(topics);
  if (new Set(names).size < names.length) throw fail(['topics'], 'two of them have one name');
  if (outputs === false && (topics.verdicts ?? topics.alerts) !== undefined) {
    throw fail(['topics'], 'verdicts and alerts are not written with outputs: false');
  }
  if ((tls?.certFile === undefined) !== (tls?.keyFile === undefined)) {
    throw fail(['tls'], 'name certFile and keyFile, or neither');
  }
  if (registry !== undefined) checkRegistry(registry, (message) => fail(['registry'], message));
  if (sasl === undefined) return;
  const failHere = (message: string): Error => fail(['sasl'], message);
  checkSecret(sasl, failHere);
  const asksForTokens = sasl.mechanism === 'OAUTHBEARER' && sasl.tokenUrl !== undefined;
  if (sasl.mechanism !== 'OAUTHBEARER' && (sasl.tokenUrl ?? sasl.scope) !== undefined) {
    throw failHere('tokenUrl and scope are of OAUTHBEARER alone');
  }
  if ((sasl.mechanism !== 'OAUTHBEARER' || asksForTokens) && sasl.user === undefined) {
    throw failHere('lacks user');
  }
}

function checkRegistry(registry: NonNullable<RawKafka['registry']>, fail: (message: string) => Error): void {
  const { user, keyFile, keyEnv } = registry;
  if (user !== undefined) checkSecret(registry, fail);
  else if ((keyFile ?? keyEnv) !== undefined) throw fail('lacks user');
}
