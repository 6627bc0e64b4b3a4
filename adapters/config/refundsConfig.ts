import type { Static } from 'typebox';
import { Type } from 'typebox';
import type { Channel } from '../../domain/entry.ts';
import { CHANNELS } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { GatewayRoute } from '../../domain/resolutionPorts.ts';
import type { FailAt, MerchantSources } from './sourcesConfig.ts';
import { checkSecret, HttpUrl, KeyId, Secret } from './sourcesConfig.ts';

// `refunds`: through which gateway a hospital's payments are refunded. Nothing is refunded through a way that is not named, but
// for hospitals of the embedded demo that name none: their refunds are simulated (demoOutside.ts).

const strict = { additionalProperties: false } as const;

/** The payment platform, schemas/upp.openapi.yaml. */
const UppSchema = Type.Object({ url: HttpUrl, keyId: KeyId, ...Secret }, strict);

const route = <R extends GatewayRoute>(...routes: R[]) =>
  Type.Optional(Type.Unsafe<R>({ type: 'string', enum: routes }));

/** Of all merchants. */
export const DefaultRefundsSchema = Type.Object({ upp: UppSchema }, strict);

export const RefundsSchema = Type.Object(
  {
    upp: Type.Optional(UppSchema),
    routes: Type.Optional(
      Type.Object(
        { WECHAT: route('wechat', 'upp'), ALIPAY: route('alipay', 'upp'), UNIONPAY: route('upp') },
        { ...strict, minProperties: 1 },
      ),
    ),
  },
  { ...strict, minProperties: 1 },
);

export type UppConfig = {
  readonly raw: Static<typeof UppSchema>;
  readonly folder: string;
  readonly fail: FailAt;
};

export type MerchantRefunds = {
  /** null: the platform refunds nothing of the merchant. */
  readonly upp: UppConfig | null;
  readonly routes: ReadonlyMap<Channel, GatewayRoute>;
};

type RawRefunds = {
  readonly refunds?: Static<typeof DefaultRefundsSchema>;
  readonly merchants: readonly { readonly id: string; readonly refunds?: Static<typeof RefundsSchema> }[];
};

type Beside = {
  readonly sources: ReadonlyMap<string, MerchantSources>;
  readonly merchants: ReadonlyMap<string, Merchant>;
  readonly folder: string;
  readonly fail: FailAt;
};

/**
 * By merchant; one without any way is not in it.
 * @throws what `fail` makes of a secret that is not named once, and of a route that a merchant cannot take
 */
export function allRefunds(
  raw: RawRefunds,
  { sources, merchants, folder, fail }: Beside,
): ReadonlyMap<string, MerchantRefunds> {
  const uppAt = (said: Static<typeof UppSchema> | undefined, place: readonly string[]): UppConfig | null => {
    if (said === undefined) return null;
    const failAt: FailAt = (steps, message) => fail([...place, 'refunds', 'upp', ...steps], message);
    checkSecret(said, (message) => failAt([], message));
    return { raw: said, folder, fail: failAt };
  };
  const ofAll = uppAt(raw.refunds?.upp, []);
  const refunds = new Map<string, MerchantRefunds>();
  raw.merchants.forEach(({ id, refunds: own }, index) => {
    const place = ['merchants', String(index)];
    const upp = uppAt(own?.upp, place) ?? ofAll;
    const channels = merchants.get(id)?.channels.map(({ channel }) => channel) ?? [];
    const failAt: FailAt = (steps, message) => fail([...place, 'refunds', ...steps], message);
    if (own === undefined && upp === null) return;
    refunds.set(id, {
      upp,
      routes: routesOf(own?.routes, { upp, sources: sources.get(id), channels, failAt }),
    });
  });
  return refunds;
}

type Ways = {
  readonly upp: UppConfig | null;
  readonly sources: MerchantSources | undefined;
  readonly channels: readonly Channel[];
  readonly failAt: FailAt;
};

function routesOf(
  said: Static<typeof RefundsSchema>['routes'],
  { upp, sources, channels, failAt }: Ways,
): MerchantRefunds['routes'] {
  const routes = new Map<Channel, GatewayRoute>(upp === null ? [] : channels.map((at) => [at, 'upp']));
  for (const channel of CHANNELS) {
    const way = said?.[channel];
    if (way === undefined) continue;
    const fail = (message: string): Error => failAt(['routes', channel], message);
    if (!channels.includes(channel)) throw fail(`the merchant has no number under channels.${channel}`);
    if (way === 'upp' && upp === null) {
      throw fail('say how the platform is reached: refunds.upp of the merchant, or of all');
    }
    if (way !== 'upp' && sources?.raw[way] === undefined) {
      throw fail(`it needs the keys under sources.${way} of the merchant`);
    }
    routes.set(channel, way);
  }
  return routes;
}
