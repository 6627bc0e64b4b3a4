import type { BusinessDate } from '../../domain/businessDate.ts';
import { addDays, startOfDate } from '../../domain/businessDate.ts';
import type { Channel } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { DEFECTS } from '../../simulator/defects/index.ts';
import { Random } from '../../simulator/random.ts';
import type { Season } from '../../simulator/simulateSeason.ts';
import { simulateSeason } from '../../simulator/simulateSeason.ts';

const HOUR_MS = 3_600_000;

/** What befalls a hospital's day; of what must go wrong on the way to its last run, the reason. */
export const MISHAPS = {
  /** The HIS sends nothing for hours; what it held back comes when the day has closed. */
  HIS_OUTAGE: { mustFailWith: null, reruns: true },
  /** Some receipts it never books at all. */
  HIS_NEVER_BOOKS: { mustFailWith: null, reruns: false },
  /** A channel's bill comes hours after the close is due: the close waits for it. */
  BILL_LATE: { mustFailWith: null, reruns: false },
  /** It comes when the patience is over. */
  BILL_TOO_LATE: { mustFailWith: 'BILL_NOT_READY', reruns: true },
  /** It comes cut off, whole some hours later. */
  BILL_BROKEN: { mustFailWith: null, reruns: false },
  /** It has an amount that is wrong, and is corrected after the close. */
  BILL_CORRECTED: { mustFailWith: null, reruns: true },
  /** Rows of it cannot be read, which somebody looks at in the afternoon. */
  BAD_ROWS: { mustFailWith: 'BILL_PARSE_ERROR', reruns: true },
  /** A row of it cannot be read, and a sound bill takes its place. */
  BAD_ROW_REPLACED: { mustFailWith: 'BILL_PARSE_ERROR', reruns: true },
  /** Nobody pays through the channel. */
  NO_TRADE: { mustFailWith: null, reruns: false },
  NONE: { mustFailWith: null, reruns: false },
} as const;
export type MishapKind = keyof typeof MISHAPS;

export type Mishap = {
  readonly merchantId: string;
  readonly date: BusinessDate;
  readonly kind: MishapKind;
  /** Whose bill it is. */
  readonly channel: Channel;
};

/** What is killed with -9 and started again; a pipeline that is stopped drains first. */
export const STRIKES = [
  'PIPELINE',
  'PIPELINE_IN_CLOSE',
  'WINDOW',
  'LEDGER',
  'PIPELINE_STOPPED',
  'LOG',
] as const;
export type Strike = { readonly kind: (typeof STRIKES)[number]; readonly atMs: number };

export type SeasonPlan = {
  readonly season: Season;
  /** One of each hospital and date, of the dates on either side NONE. */
  readonly mishaps: readonly Mishap[];
  /** One on each day. */
  readonly strikes: readonly Strike[];
  readonly startMs: number;
  /** Everything is due by then. */
  readonly endMs: number;
};

export type PlanOptions = {
  readonly seed: number;
  readonly merchants: readonly Merchant[];
  readonly orders: number;
  readonly first: BusinessDate;
  readonly days: number;
};

const BAD_LINES = ['bad-bill-line-payment', 'bad-bill-line-refund', 'repeated-bill-line'];
const DEFECTS_OF_MISHAP: Readonly<Partial<Record<MishapKind, Readonly<Record<string, number>>>>> = {
  HIS_NEVER_BOOKS: { 'merchant-missing': 5 },
  BAD_ROWS: Object.fromEntries(BAD_LINES.map((name) => [name, 1])),
};
/** The others need somebody who paid through the channel. */
const OF_ANY_CHANNEL: ReadonlySet<MishapKind> = new Set(['BILL_LATE', 'BILL_BROKEN']);
const OTHER_DEFECTS = DEFECTS.map(({ name }) => name).filter((name) => !BAD_LINES.includes(name));
/** A day has every sixth defect, the next day the ones beside them. */
const DEFECT_STEPS = 6;

/** The same options give the same season. */
export function planSeason(options: PlanOptions): SeasonPlan {
  const { seed, merchants, orders, first, days } = options;
  const mishaps = mishapsOf(options);
  const mishapOn = (merchantId: string, date: BusinessDate): Mishap | undefined =>
    mishaps.find((mishap) => mishap.merchantId === merchantId && mishap.date === date);
  const season = simulateSeason({
    seed,
    merchants,
    orders,
    first,
    days,
    defectsOf(merchant, date) {
      const turn = (merchants.indexOf(merchant) + startOfDate(date) / (24 * HOUR_MS)) % DEFECT_STEPS;
      const own = OTHER_DEFECTS.filter((_, index) => index % DEFECT_STEPS === Math.floor(turn));
      const kind = mishapOn(merchant.merchantId, date)?.kind ?? 'NONE';
      return { ...Object.fromEntries(own.map((name) => [name, 1])), ...DEFECTS_OF_MISHAP[kind] };
    },
    silentChannelOf(merchant, date) {
      const mishap = mishapOn(merchant.merchantId, date);
      return mishap?.kind === 'NO_TRADE' ? mishap.channel : null;
    },
  });
  return {
    season,
    mishaps,
    strikes: strikesOf(options),
    startMs: startOfDate(first) - HOUR_MS / 2,
    endMs: startOfDate(addDays(first, days + 1)) + 22 * HOUR_MS,
  };
}

function strikesOf({ seed, first, days }: PlanOptions): readonly Strike[] {
  const random = new Random(`strikes ${seed}`);
  return Array.from({ length: days }, (_, index): Strike => {
    const kind = STRIKES[index % STRIKES.length] ?? 'PIPELINE';
    const [from, to] = kind === 'PIPELINE_IN_CLOSE' ? [11, 12] : [0, 23];
    const midnightMs = startOfDate(addDays(first, index + 1));
    return { kind, atMs: midnightMs + random.int(from * HOUR_MS, to * HOUR_MS) };
  });
}

/** Every hospital meets all kinds in turn, each from another one on. */
function mishapsOf({ seed, merchants, first, days }: PlanOptions): readonly Mishap[] {
  const kinds = Object.keys(MISHAPS).filter((kind): kind is MishapKind => kind in MISHAPS);
  return merchants.flatMap(({ merchantId, channels }, index) => {
    const random = new Random(`mishaps ${seed} ${merchantId}`);
    return Array.from({ length: days + 2 }, (_, day): Mishap => {
      const isAround = day === 0 || day > days;
      const kind = isAround ? 'NONE' : (kinds[(day - 1 + index * 4 + seed) % kinds.length] ?? 'NONE');
      // The last is the one of the fewest payments, the first never one without.
      const last = channels.length - 1;
      const at = kind === 'NO_TRADE' ? last : OF_ANY_CHANNEL.has(kind) ? random.int(0, last) : 0;
      const channel = channels[at]?.channel ?? 'WECHAT';
      return { merchantId, date: addDays(first, day - 1), kind, channel };
    });
  });
}
