import { resolve } from 'node:path';
import type { BillInbox, BillSource } from '../../domain/billSource.ts';
import type { Book, Channel } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { Config } from '../config/loadConfig.ts';
import type { MerchantSources, RawWindow } from '../config/sourcesConfig.ts';
import { alipayAccess, hdpAccess, wechatAccess } from './access.ts';
import { alipayBills } from './alipay/alipayBills.ts';
import { dropFolder } from './drop/dropFolder.ts';
import { hdpBills } from './hdp/hdpBills.ts';
import type { HdpAccess } from './hdp/hdpClient.ts';
import type { SourcePlace } from './placesOf.ts';
import { placesOf } from './placesOf.ts';
import { wechatBills } from './wechat/wechatBills.ts';

export type OpenedSource = {
  readonly merchant: Merchant;
  readonly book: Book;
  readonly channel: Channel | null;
  readonly source: BillSource;
  readonly window: { readonly fromMs: number; readonly forMs: number };
};

export type OpenedSources = {
  readonly sources: readonly OpenedSource[];
  readonly inboxes: readonly BillInbox[];
  /** Front-end machines, by merchant, for questions about single orders. */
  readonly hdp: ReadonlyMap<string, HdpAccess>;
};

export type SourceDeps = { readonly now: () => number; readonly nonce: () => string };

const HOUR_MS = 3_600_000;
/** Alipay's bills lie ready from about 07:30, WeChat Pay asks to come after 10:00. */
const OPENS_MS = { hdp: HOUR_MS, wechat: 10 * HOUR_MS, alipay: 9 * HOUR_MS } as const;
const OPEN_FOR_MS = 12 * HOUR_MS;
const SETTLE_MS = 10_000;

/**
 * The sources of all merchants, with their secrets read.
 * @throws DZ_CONFIG_INVALID naming the file, the line and the path of a secret that is not there or no good
 */
export function openSources(config: Config, env: NodeJS.ProcessEnv, deps: SourceDeps): OpenedSources {
  const sources: OpenedSource[] = [];
  const inboxes: BillInbox[] = [];
  const hdp = new Map<string, HdpAccess>();
  for (const [merchantId, own] of config.sources) {
    const merchant = config.merchants.get(merchantId);
    if (!merchant) continue;
    const { raw } = own;
    if (raw.hdp) hdp.set(merchantId, hdpAccess(raw.hdp, own, env));
    const made = new Map<SourcePlace['source'], BillSource>();
    for (const place of placesOf(config, merchantId)) {
      const source = made.get(place.source) ?? sourceOf(place.source, { merchant, own, env, deps, hdp });
      made.set(place.source, source);
      const window = windowOf(raw[place.source]?.window, OPENS_MS[place.source]);
      sources.push({ merchant, book: place.book, channel: place.channel, source, window });
    }
    if (raw.drop) {
      const folder = resolve(own.folder, raw.drop.folder);
      inboxes.push(dropFolder({ merchantId, folder, settleMs: ms(raw.drop.settle) ?? SETTLE_MS }, deps.now));
    }
  }
  return { sources, inboxes, hdp };
}

type Opening = {
  readonly merchant: Merchant;
  readonly own: MerchantSources;
  readonly env: NodeJS.ProcessEnv;
  readonly deps: SourceDeps;
  readonly hdp: ReadonlyMap<string, HdpAccess>;
};

function sourceOf(name: SourcePlace['source'], { merchant, own, env, deps, hdp }: Opening): BillSource {
  const { wechat, alipay } = own.raw;
  const machine = hdp.get(merchant.merchantId);
  if (name === 'hdp' && machine) return hdpBills(machine, deps);
  if (name === 'wechat' && wechat) {
    return wechatBills(wechatAccess(wechat, merchant, own, env), deps);
  }
  if (name === 'alipay' && alipay) return alipayBills(alipayAccess(alipay, own, env), deps);
  throw new Error(`${merchant.merchantId} has no source ${name}`);
}

function windowOf(raw: RawWindow | undefined, opensMs: number): OpenedSource['window'] {
  const [hours = 0, minutes = 0] = raw?.from?.split(':').map(Number) ?? [];
  return {
    fromMs: raw?.from === undefined ? opensMs : (hours * 60 + minutes) * 60_000,
    forMs: ms(raw?.for) ?? OPEN_FOR_MS,
  };
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: HOUR_MS, d: 24 * HOUR_MS };

/** Written as the configuration's schema demands. */
function ms(duration: string | undefined): number | null {
  const [, count, unit] = /^(\d+)(\w+)$/.exec(duration ?? '') ?? [];
  return count === undefined ? null : Number(count) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
}
