import type { Static } from 'typebox';
import { Type } from 'typebox';
import type { Channel } from '../../domain/entry.ts';
import type { Topic } from '../../domain/ports.ts';
import { TOPICS } from '../../domain/ports.ts';
import { DURATION, TIME_OF_DAY } from './durations.ts';

// `sources` of a merchant and `machines`: where bills come from and who may fetch ours. Secrets are named, never written.

const strict = { additionalProperties: false } as const;
const Word = Type.String({ minLength: 1 });
export const HttpUrl = Type.String({ pattern: '^https?://[^\\s?#]+$' });
export const KeyId = Type.String({ pattern: '^[\\w.-]{1,64}$' });

/** Books that are not a channel's. */
const OwnBook = Type.Unsafe<'merchant' | 'platform'>({ type: 'string', enum: ['merchant', 'platform'] });

const EventTopic = Type.Unsafe<Topic>({ type: 'string', enum: [...TOPICS] });

/** When it is asked on the next day, and for how long. */
const WindowSchema = Type.Object(
  {
    from: Type.Optional(Type.String({ pattern: TIME_OF_DAY })),
    for: Type.Optional(Type.String({ pattern: DURATION })),
  },
  strict,
);

/** A secret lies in a file (relative to the configuration) or in a variable of the environment: one of the two. */
export const Secret = { keyFile: Type.Optional(Word), keyEnv: Type.Optional(Word) };

const HdpSchema = Type.Object(
  {
    url: HttpUrl,
    keyId: KeyId,
    ...Secret,
    /** The machine demands a client certificate, or has one of its own authority. */
    tls: Type.Optional(
      Type.Object(
        {
          caFile: Type.Optional(Word),
          certFile: Type.Optional(Word),
          keyFile: Type.Optional(Word),
        },
        strict,
      ),
    ),
    books: Type.Optional(Type.Array(OwnBook, { minItems: 1 })),
    window: Type.Optional(WindowSchema),
  },
  strict,
);

const WechatSchema = Type.Object(
  {
    url: Type.Optional(HttpUrl),
    /** Of a service provider; without it the hospital's own number. */
    mchid: Type.Optional(Word),
    serialNo: Word,
    ...Secret,
    platformKeys: Type.Array(Type.Object({ serialNo: Word, file: Word }, strict), { minItems: 1 }),
    window: Type.Optional(WindowSchema),
  },
  strict,
);

const AlipaySchema = Type.Object(
  {
    url: Type.Optional(HttpUrl),
    appId: Word,
    ...Secret,
    alipayKeyFile: Word,
    /** Of a service provider: the hospital's app_auth_token. */
    authTokenFile: Type.Optional(Word),
    authTokenEnv: Type.Optional(Word),
    window: Type.Optional(WindowSchema),
  },
  strict,
);

const DropSchema = Type.Object(
  { folder: Word, settle: Type.Optional(Type.String({ pattern: DURATION })) },
  strict,
);

export const SourcesSchema = Type.Object(
  {
    hdp: Type.Optional(HdpSchema),
    wechat: Type.Optional(WechatSchema),
    alipay: Type.Optional(AlipaySchema),
    drop: Type.Optional(DropSchema),
  },
  { ...strict, minProperties: 1 },
);

/** Machines of hospitals that fetch bills here, or send bills and events; two keys are valid while one is replaced by the other. */
export const MachinesSchema = Type.Array(
  Type.Object(
    {
      id: KeyId,
      merchants: Type.Array(Word, { minItems: 1 }),
      /** Books whose bills it may bring; without it none. */
      mayUpload: Type.Optional(Type.Array(OwnBook)),
      /** Topics of events that it may send, of its merchants alone; without it none. */
      mayProduce: Type.Optional(Type.Array(EventTopic)),
      keys: Type.Array(Type.Object(Secret, strict), { minItems: 1, maxItems: 2 }),
    },
    strict,
  ),
);

/** @param steps below the place, e.g. ['wechat', 'keyFile'] */
export type FailAt = (steps: readonly string[], message: string) => Error;

export type MerchantSources = {
  readonly raw: Static<typeof SourcesSchema>;
  /** Files that it names are relative to this folder. */
  readonly folder: string;
  /** The error that names the file, the line and the path. */
  readonly fail: FailAt;
};

export type MachineConfig = {
  readonly raw: Static<typeof MachinesSchema>[number];
  readonly folder: string;
  readonly fail: FailAt;
};

export type RawSecret = { readonly keyFile?: string; readonly keyEnv?: string };
export type RawWindow = Static<typeof WindowSchema>;

/** @throws what `fail` makes of a source that does not fit its merchant */
export function checkSources({ raw, fail }: MerchantSources, channels: readonly Channel[]): void {
  const needs = { wechat: 'WECHAT', alipay: 'ALIPAY' } as const;
  for (const name of ['wechat', 'alipay'] as const) {
    if (raw[name] !== undefined && !channels.includes(needs[name])) {
      throw fail([name], `the merchant has no number under channels.${needs[name]}`);
    }
  }
  for (const name of ['hdp', 'wechat', 'alipay'] as const) {
    const said = raw[name];
    if (said !== undefined) checkSecret(said, (message) => fail([name], message));
  }
  if (raw.alipay?.authTokenFile !== undefined && raw.alipay.authTokenEnv !== undefined) {
    throw fail(['alipay'], 'name authTokenFile or authTokenEnv, not both');
  }
}

export function checkSecret({ keyFile, keyEnv }: RawSecret, fail: (message: string) => Error): void {
  if (keyFile === undefined && keyEnv === undefined) throw fail('name its key with keyFile or keyEnv');
  if (keyFile !== undefined && keyEnv !== undefined) throw fail('name keyFile or keyEnv, not both');
}
