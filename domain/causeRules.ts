import { isNearCutOff } from './businessDate.ts';
import type { CauseFacts } from './causeFacts.ts';
import { anchorMs, paidAtMs, paidFen, sumIn } from './causeFacts.ts';
import { BOOKS } from './entry.ts';
import { mergedReceipts } from './mergedReceipts.ts';
import { yuanOfFen } from './money.ts';
import type { Words } from './words.ts';

// Each rule looks for one reason why books differ and says what it saw. Whether it may speak is decided by measurement
// (likelyCause.ts).

/** What speaks for a cause, in words. */
export type CauseEvidence = Words;
export type CauseRule = (facts: CauseFacts) => CauseEvidence | null;

const MINUTE_MS = 60_000;
const minutesOf = (ms: number): number => Math.round(Math.abs(ms) / MINUTE_MS);

/** One receipt of HIS is exactly this payment and others that HIS lacks, added up, and no other choice of them is. */
export const mergedReceipt: CauseRule = (facts) => {
  const [only, ...others] = mergedReceipts(facts);
  if (!only || others.length > 0) return null;
  const { holder, bookedFen, parts } = only;
  const orders = [holder, ...parts].join(', ');
  return {
    en: `HIS has one receipt of ${yuanOfFen(bookedFen)} yuan under ${holder}; that is ${orders} added up`,
    zh: `HIS 在订单 ${holder} 下只有一张 ${yuanOfFen(bookedFen)} 元的收据，正好等于订单 ${orders} 之和`,
  };
};

const SECOND_TAP_MS = 10 * MINUTE_MS;

/** Two transactions of one amount under one order within minutes. */
export const secondTransaction: CauseRule = ({ kind, lines }) => {
  if (kind !== 'PAYMENT') return null;
  for (const own of [lines.CHANNEL, lines.PLATFORM]) {
    const [first, second] = own;
    if (!first || !second || first.amountFen !== second.amountFen) continue;
    const apartMs = second.occurredAtMs - first.occurredAtMs;
    if (apartMs > SECOND_TAP_MS) continue;
    return {
      en: `two transactions of ${yuanOfFen(first.amountFen)} yuan under one order, ${Math.round(apartMs / 1000)} s apart`,
      zh: `同一订单下有两笔 ${yuanOfFen(first.amountFen)} 元的交易，相隔 ${Math.round(apartMs / 1000)} 秒`,
    };
  }
  return null;
};

/** The platform's books name one receipt for two payments of one amount. */
export const sameReceipt: CauseRule = (facts) => {
  const self = ownNearby(facts);
  if (!self || facts.kind !== 'PAYMENT' || facts.lines.MERCHANT.length > 0) return null;
  const other = facts.nearby.find(
    (each) =>
      each.orderNo !== facts.orderNo &&
      each.kind === 'PAYMENT' &&
      paidFen(each) === paidFen(self) &&
      each.receipts.some((no) => self.receipts.includes(no)),
  );
  if (!other) return null;
  return {
    en: `the platform names the same HIS receipt for ${other.orderNo}, which paid the same amount`,
    zh: `芸泰账单中订单 ${other.orderNo} 与本单金额相同，且对应同一张 HIS 收据`,
  };
};

/** Any two patients may pay it. */
const WHOLE_YUAN = 100n;

/** An amount, no round one, that nobody else paid within the hour, twice within minutes; HIS has one of them. */
export const sameRareAmount: CauseRule = (facts) => {
  const self = ownNearby(facts);
  if (!self || facts.kind !== 'PAYMENT' || facts.lines.MERCHANT.length > 0) return null;
  const [atMs, fen] = [paidAtMs(self), paidFen(self)];
  if (fen === null || fen % WHOLE_YUAN === 0n) return null;
  const alike = facts.nearby.filter(
    (each) => each.kind === 'PAYMENT' && each.orderNo !== facts.orderNo && paidFen(each) === fen,
  );
  const [other, ...more] = alike;
  const otherAtMs = other ? paidAtMs(other) : null;
  if (!other || more.length > 0 || atMs === null || otherAtMs === null) return null;
  const apartMs = Math.abs(atMs - otherAtMs);
  const isAlike = other.channel === self.channel && other.businessType === self.businessType;
  if (!isAlike || other.amounts.MERCHANT === null || apartMs > SECOND_TAP_MS) return null;
  return {
    en: `${other.orderNo} paid the same amount by the same channel ${minutesOf(apartMs)} min away and has its receipt; nobody else paid that amount around`,
    zh: `订单 ${other.orderNo} 在 ${minutesOf(apartMs)} 分钟内以同一渠道支付了相同金额且已有收据，附近没有其他人支付该金额`,
  };
};

const LEAST_SKEW_MS = 3 * MINUTE_MS;
const SAME_SKEW_MS = MINUTE_MS;
const LEAST_NEIGHBOURS = 5;
const MOST_NEIGHBOURS = 15;

/** HIS is away from the platform by the same span for this payment and for those around it. */
export const clockSkew: CauseRule = (facts) => {
  const [his, paid] = [facts.lines.MERCHANT[0], facts.lines.PLATFORM[0] ?? facts.lines.CHANNEL[0]];
  if (!his || !paid || !isOneAmount(facts)) return null;
  if (his.businessDate === paid.businessDate) return null;
  const ownMs = his.occurredAtMs - paid.occurredAtMs;
  const offsets = facts.nearby
    .filter(({ orderNo, kind }) => orderNo !== facts.orderNo && kind === 'PAYMENT')
    .flatMap(({ times }) =>
      times.MERCHANT !== null && times.PLATFORM !== null ? [times.MERCHANT - times.PLATFORM] : [],
    )
    .slice(0, MOST_NEIGHBOURS)
    .toSorted((a, b) => a - b);
  const middleMs = offsets[Math.floor(offsets.length / 2)];
  if (middleMs === undefined || offsets.length < LEAST_NEIGHBOURS) return null;
  const alike = offsets.filter((ms) => Math.abs(ms - middleMs) <= SAME_SKEW_MS).length;
  if (Math.abs(middleMs) < LEAST_SKEW_MS || Math.abs(ownMs - middleMs) > SAME_SKEW_MS) return null;
  if (alike * 2 <= offsets.length) return null;
  const [en, zh] = middleMs > 0 ? ['ahead', '快'] : ['behind', '慢'];
  return {
    en: `the clock of HIS is ${minutesOf(middleMs)} min ${en}: so are ${alike} of the ${offsets.length} payments around it`,
    zh: `HIS 时钟${zh}约 ${minutesOf(middleMs)} 分钟：附近 ${offsets.length} 笔支付中有 ${alike} 笔相差相同`,
  };
};

/** Its books stand on the two sides of a cut-off, near to it. */
export const acrossMidnight: CauseRule = (facts) => {
  const { lines, rules } = facts;
  const firsts = BOOKS.flatMap((book) => {
    const [first] = lines[book];
    return first ? [{ book, ...first }] : [];
  });
  const dates = [...new Set(firsts.map(({ businessDate }) => businessDate))].sort();
  const isNear = firsts.every(({ occurredAtMs }) =>
    isNearCutOff(occurredAtMs, rules.crossDayMarginMs, rules.cutOffMs),
  );
  if (dates.length !== 2 || !isNear || !isOneAmount(facts)) return null;
  const [before = '', after = ''] = dates;
  const namesOn = (date: string) =>
    firsts
      .filter(({ businessDate }) => businessDate === date)
      .map(({ book }) => book)
      .join(', ');
  return {
    en: `it happened at the change of dates: ${namesOn(before)} on ${before}, ${namesOn(after)} on ${after}`,
    zh: `发生在日切前后：${namesOn(before)} 记在 ${before}，${namesOn(after)} 记在 ${after}`,
  };
};

/** HIS has a whole number of jiao where the others agree on an amount that is none. */
export const roundedToJiao: CauseRule = (facts) => {
  const differing = bookedAndPaid(facts);
  if (!differing) return null;
  const { bookedFen, paid } = differing;
  const by = bookedFen > paid ? bookedFen - paid : paid - bookedFen;
  if (bookedFen % 10n !== 0n || paid % 10n === 0n || by > 5n) return null;
  return {
    en: `HIS has ${yuanOfFen(bookedFen)}, which is ${yuanOfFen(paid)} rounded to 0.1 yuan`,
    zh: `HIS 金额 ${yuanOfFen(bookedFen)} 元是 ${yuanOfFen(paid)} 元四舍五入到角的结果`,
  };
};

/** HIS is a fen or two away from what the others agree on. */
export const fewFen: CauseRule = (facts) => {
  const differing = bookedAndPaid(facts);
  if (!differing) return null;
  const { bookedFen, paid } = differing;
  const by = bookedFen > paid ? bookedFen - paid : paid - bookedFen;
  if (by > 2n) return null;
  return {
    en: `HIS is ${by} fen away from the ${yuanOfFen(paid)} yuan that were paid: rounded items, perhaps`,
    zh: `HIS 与实付 ${yuanOfFen(paid)} 元相差 ${by} 分，可能是明细逐项取整`,
  };
};

/** Only the channel knows of it, and its number is one of the platform's. */
export const neverCalledBack: CauseRule = (facts) => {
  const { kind, lines, nearby, orderNo } = facts;
  if (kind !== 'PAYMENT' || lines.CHANNEL.length === 0) return null;
  if (lines.PLATFORM.length > 0 || lines.MERCHANT.length > 0) return null;
  const own = shapeOf(orderNo);
  const isOurs = nearby.some((each) => each.amounts.PLATFORM !== null && shapeOf(each.orderNo) === own);
  if (!isOurs) return null;
  return {
    en: "the channel took the money under a number of the platform's, and neither the platform nor HIS has heard of it",
    zh: '渠道已按芸泰订单号收款，芸泰和 HIS 均无记录，支付通知可能丢失',
  };
};

/** The platform heard of it long after the channel had the money. */
export const lateCallback: CauseRule = ({ kind, lines, rules }) => {
  const [channel, platform] = [lines.CHANNEL[0], lines.PLATFORM[0]];
  if (kind !== 'PAYMENT' || !channel || !platform) return null;
  const lateMs = platform.occurredAtMs - channel.occurredAtMs;
  if (lateMs < rules.windowMs) return null;
  return {
    en: `the platform has it ${minutesOf(lateMs)} min after the channel`,
    zh: `芸泰比渠道晚 ${minutesOf(lateMs)} 分钟才记录该支付，支付通知可能丢失或延迟`,
  };
};

const LEAST_OUTAGE_MS = 3 * MINUTE_MS;
/** Payments that HIS should have booked in the gap, and those of them that it never did. */
const LEAST_IN_GAP = 5;
const LEAST_LOST = 3;
/** A receipt follows its payment by less. */
const BOOKED_WITHIN_MS = MINUTE_MS;

/** Whether HIS was up to date before the gap: with a clock that is wrong, a gap is in its times alone. */
function wasPrompt(nearby: CauseFacts['nearby'], fromMs: number): boolean {
  const last = nearby
    .flatMap(({ kind, times: { MERCHANT, PLATFORM } }) =>
      kind === 'PAYMENT' && MERCHANT !== null && PLATFORM !== null && MERCHANT <= fromMs
        ? [{ MERCHANT, awayMs: Math.abs(MERCHANT - PLATFORM) }]
        : [],
    )
    .toSorted((a, b) => b.MERCHANT - a.MERCHANT)
    .slice(0, LAST_BOOKED);
  const prompt = last.filter(({ awayMs }) => awayMs <= BOOKED_WITHIN_MS).length;
  return prompt * 2 > last.length;
}
const LAST_BOOKED = 5;

/** HIS booked nothing at all around it while the platform went on, and lacks others of that time. */
export const hisOutage: CauseRule = (facts) => {
  const atMs = anchorMs(facts);
  const { kind, lines, nearby } = facts;
  // Of what the platform never had, HIS could not be told.
  if (kind !== 'PAYMENT' || atMs === null || lines.PLATFORM.length === 0) return null;
  if (lines.MERCHANT.length > 0) return null;
  const booked = nearby.flatMap(({ times }) => times.MERCHANT ?? []);
  const fromMs = Math.max(...booked.filter((ms) => ms <= atMs));
  const toMs = Math.min(...booked.filter((ms) => ms > atMs));
  if (!Number.isFinite(fromMs) || !Number.isFinite(toMs) || toMs - fromMs < LEAST_OUTAGE_MS) return null;
  if (!wasPrompt(nearby, fromMs)) return null;
  const inGap = nearby.filter((each) => {
    const paidMs = each.times.PLATFORM;
    return each.kind === 'PAYMENT' && paidMs !== null && paidMs > fromMs && paidMs < toMs - BOOKED_WITHIN_MS;
  });
  const lost = inGap.filter(({ amounts }) => amounts.MERCHANT === null).length;
  if (inGap.length < LEAST_IN_GAP || lost < LEAST_LOST) return null;
  return {
    en: `HIS booked nothing for ${minutesOf(toMs - fromMs)} min around it while the platform took ${inGap.length} payments, of which HIS lacks ${lost}`,
    zh: `HIS 在该时段约 ${minutesOf(toMs - fromMs)} 分钟内无任何记账，而芸泰有 ${inGap.length} 笔支付，其中 ${lost} 笔 HIS 缺失`,
  };
};

function ownNearby({ nearby, orderNo, kind }: CauseFacts) {
  return nearby.find((each) => each.orderNo === orderNo && each.kind === kind);
}

/** What HIS has and what was paid, where they differ and the other books agree. */
function bookedAndPaid({ lines }: CauseFacts): { readonly bookedFen: bigint; readonly paid: bigint } | null {
  const [bookedFen, platform, channel] = [lines.MERCHANT, lines.PLATFORM, lines.CHANNEL].map(sumIn);
  const paid = platform ?? channel ?? null;
  if (bookedFen === null || bookedFen === undefined || paid === null || bookedFen === paid) return null;
  if (channel !== null && channel !== undefined && channel !== paid) return null;
  return { bookedFen, paid };
}

function isOneAmount({ lines }: CauseFacts): boolean {
  const sums = BOOKS.map((book) => sumIn(lines[book])).filter((fen) => fen !== null);
  return new Set(sums).size === 1;
}

/** How a number is made: its letters up to the first digit, and its length. */
function shapeOf(orderNo: string): string {
  return `${/^\D*/.exec(orderNo)?.[0] ?? ''} ${orderNo.length}`;
}
