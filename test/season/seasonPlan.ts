import type { BusinessDate } from '../../domain/businessDate.ts';
import { addDays, startOfDate } from '../../domain/businessDate.ts';
import type { Channel } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { DEFECTS } from '../../simulator/defects/index.ts';
import { Random } from '../../simulator/random.ts';
import type { Season } from '../../simulator/simulateSeason.ts';
import { simulateSeason } from '../../simulator/simulateSeason.ts';

const HOUR_MS = 3_600_000;

/** What befalls a hospital's day, and what the runs of that day may say before the last one. */
export const MISHAPS = {
  /** The HIS sends nothing for hours; what it held back comes when the day has closed. */
  HIS_OUTAGE: { failsWith: ['MERCHANT_BILL_EMPTY'], mustFail: false, reruns: true },
  /** A channel's bill comes hours after the close is due: the close waits for it. */
  BILL_LATE: { failsWith: [], mustFail: false, reruns: false },
  /** It comes when the patience is over. */
  BILL_TOO_LATE: { failsWith: ['BILL_NOT_READY'], mustFail: true, reruns: true },
  /** It comes cut off, whole some hours later. */
  BILL_BROKEN: { failsWith: [], mustFail: false, reruns: false },
  /** It has an amount that is wrong, and is corrected after the close. */
  BILL_CORRECTED: { failsWith: [], mustFail: false, reruns: true },
  /** Rows of it cannot be read, which somebody looks at in the afternoon. */
  BAD_ROWS: { failsWith: ['BILL_PARSE_ERROR'], mustFail: true, reruns: true },
  /** Nobody pays through the channel. */
  NO_TRADE: { failsWith: [], mustFail: false, reruns: false },
  NONE: { failsWith: [], mustFail: false, reruns: false },
} as const;
export type MishapKind = keyof typeof MISHAPS;

export type Mishap = {
  readonly merchantId: string;
  readonly date: BusinessDate;
  readonly kind: MishapKind;
  /** Whose bill it is. */
  readonly channel: Channel;
};

export type SeasonPlan = {
  readonly season: Season;
  /** One of each hospital and date, of the dates on either side NONE. */
  readonly mishaps: readonly Mishap[];
  /** Instants at which the pipeline is killed. */
  readonly kills: readonly number[];
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
      const isBad = mishapOn(merchant.merchantId, date)?.kind === 'BAD_ROWS';
      const turn = (merchants.indexOf(merchant) + startOfDate(date) / (24 * HOUR_MS)) % DEFECT_STEPS;
      const own = OTHER_DEFECTS.filter((_, index) => index % DEFECT_STEPS === Math.floor(turn));
      return Object.fromEntries([...own, ...(isBad ? BAD_LINES : [])].map((name) => [name, 1]));
    },
    silentChannelOf(merchant, date) {
      const mishap = mishapOn(merchant.merchantId, date);
      return mishap?.kind === 'NO_TRADE' ? mishap.channel : null;
    },
  });
  const random = new Random(`kills ${seed}`);
  const kills = Array.from({ length: Math.ceil(days / 2) }, (_, index) => {
    // Now when the days close, now at any hour.
    const [from = 0, to = 0] = index % 2 === 0 ? [12, 13] : [0, 23];
    return startOfDate(addDays(first, 2 * index + 1)) + random.int(from * HOUR_MS, to * HOUR_MS);
  });
  return {
    season,
    mishaps,
    kills,
    startMs: startOfDate(first) - HOUR_MS / 2,
    endMs: startOfDate(addDays(first, days + 1)) + 22 * HOUR_MS,
  };
}

/** Every hospital meets all kinds in turn, each from another one on. */
function mishapsOf({ seed, merchants, first, days }: PlanOptions): readonly Mishap[] {
  const kinds = Object.keys(MISHAPS).filter((kind): kind is MishapKind => kind in MISHAPS);
  return merchants.flatMap(({ merchantId, channels }, index) => {
    const random = new Random(`mishaps ${seed} ${merchantId}`);
    return Array.from({ length: days + 2 }, (_, day): Mishap => {
      const isAround = day === 0 || day > days;
      const kind = isAround ? 'NONE' : (kinds[(day - 1 + index * 4 + seed) % kinds.length] ?? 'NONE');
      // The last is the one of the fewest payments.
      const at = kind === 'NO_TRADE' ? channels.length - 1 : random.int(0, channels.length - 1);
      const channel = channels[at]?.channel ?? 'WECHAT';
      return { merchantId, date: addDays(first, day - 1), kind, channel };
    });
  });
}
