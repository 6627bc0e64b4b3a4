import type { BusinessDate } from '../domain/businessDate.ts';
import { addDays, businessDateOf, startOfDate } from '../domain/businessDate.ts';
import type { Book, Channel, Kind } from '../domain/entry.ts';
import { BOOKS } from '../domain/entry.ts';
import type { Merchant } from '../domain/merchant.ts';
import { amountOf, businessTypeBy, timeOfDay } from './hospital.ts';
import type { TruthRow } from './day.ts';
import { Random } from './random.ts';

/** How a row of a bill is spoilt; `REPEATED` is a second, equal row. */
export type RowDamage = 'TIME' | 'AMOUNT' | 'COLUMNS' | 'EXCEL' | 'STATE' | 'REPEATED';

/** A payment or a refund as it happened; the books are copies of it. */
export type Movement = {
  readonly kind: Kind;
  readonly orderNo: string;
  readonly refundNo: string | null;
  readonly channel: Channel;
  readonly channelTxnNo: string;
  readonly hisOrderNo: string;
  readonly businessType: string;
  readonly amountFen: bigint;
  /** The platform's time; the other books differ by seconds. */
  readonly occurredAtMs: number;
};

/** One line of one book. */
export type PlannedLine = Omit<Movement, 'hisOrderNo'> & {
  readonly book: Book;
  readonly hisOrderNo: string | null;
  readonly damage: RowDamage | null;
};

/** A delivery that is no event of any line. */
export type StrayKind = 'UNDECODABLE' | 'UNKNOWN_MERCHANT' | 'INVALID_AMOUNT';
/** `inPlaceOf`: the event that this delivery should have been; null: beside a good one. */
export type Stray = { readonly kind: StrayKind; readonly inPlaceOf: PlannedLine | null };

export type Expected = {
  readonly defect?: string;
  readonly realtime: string | null;
  readonly threeWay: string | null;
  /** Where they are not the date of the movement. */
  readonly realtimeDate?: BusinessDate;
  readonly threeWayDate?: BusinessDate;
  /** The key is the numberless one of the hospital's. */
  readonly numberless?: boolean;
};

/** What one book says otherwise. */
type Change = Partial<Pick<PlannedLine, 'amountFen' | 'occurredAtMs' | 'refundNo' | 'hisOrderNo' | 'damage'>>;

/** Nearer to midnight than this, whoever plans says the times of all sides. */
const MIDNIGHT_GUARD_MS = 60_000;
const MINUTE_MS = 60_000;

/** Collects the lines of one merchant's day and what is true of them. */
export class Planner {
  readonly lines: PlannedLine[] = [];
  readonly rows: TruthRow[] = [];
  readonly strays: Stray[] = [];
  readonly random: Random;
  readonly merchant: Merchant;
  readonly date: BusinessDate;
  readonly startMs: number;
  readonly endMs: number;
  /** Orders paid so far. */
  orders = 0;
  readonly #tag: string;
  readonly #digits: string;
  readonly #verdicts = new Map<string, { readonly code: string; readonly businessDate: BusinessDate }>();
  #serial = 0;

  constructor(options: { seed: number; merchant: Merchant; merchantIndex: number; date: BusinessDate }) {
    const { seed, merchant, merchantIndex, date } = options;
    this.merchant = merchant;
    this.date = date;
    this.random = new Random(`${seed} ${date} ${merchant.merchantId}`);
    this.startMs = startOfDate(date, merchant.rules.cutOffMs);
    this.endMs = startOfDate(addDays(date, 1), merchant.rules.cutOffMs);
    // Days of different seeds may meet in one ledger: their numbers must not.
    const seeded = new Random(`numbers ${seed}`);
    this.#tag = seeded
      .int(0, 36 ** 4 - 1)
      .toString(36)
      .toUpperCase()
      .padStart(4, '0');
    this.#digits =
      String(seeded.int(0, 999_999)).padStart(6, '0') + String(merchantIndex + 1).padStart(3, '0');
    this.#tag += this.#digits.slice(6);
  }

  dateOf(ms: number): BusinessDate {
    return businessDateOf(ms, this.merchant.rules.cutOffMs);
  }

  /** A time at which patients come, with at least `beforeEndMs` left of the day. */
  someTime(beforeEndMs = MIDNIGHT_GUARD_MS): number {
    return this.startMs + timeOfDay(this.random, beforeEndMs);
  }

  payment(at = this.someTime(), channel = this.#someChannel()): Movement {
    this.orders += 1;
    const businessType = businessTypeBy(this.random);
    return {
      kind: 'PAYMENT',
      orderNo: this.number('HP', at),
      refundNo: null,
      channel,
      channelTxnNo: this.txnNo(channel, at),
      hisOrderNo: this.receiptNo(at),
      businessType,
      amountFen: amountOf(businessType, this.random),
      occurredAtMs: at,
    };
  }

  /** A refund of a payment, without more said in part and within hours on the same day. */
  refund(
    of: Movement,
    amountFen = this.partOf(of.amountFen),
    at = this.#laterThan(of.occurredAtMs),
  ): Movement {
    return {
      ...of,
      kind: 'REFUND',
      refundNo: this.number('RF', at),
      hisOrderNo: this.receiptNo(at),
      amountFen,
      occurredAtMs: at,
    };
  }

  /** A payment early enough for a refund on the same day. */
  paymentToRefund(): Movement {
    return this.payment(this.someTime(180 * MINUTE_MS));
  }

  partOf(fen: bigint): bigint {
    const part = (fen * BigInt(this.random.int(10, 80))) / 100n;
    return part > 0n ? part : 1n;
  }

  /** Another amount: a fen, a slip of the keyboard, or some yuan. */
  otherAmount(fen: bigint): bigint {
    const by = this.random.pick([1n, 9n, 100n, 1_000n, BigInt(this.random.int(2, 5_000))]);
    return fen > by && this.random.chance(0.5) ? fen - by : fen + by;
  }

  put(movement: Movement, book: Book, change: Change = {}): PlannedLine {
    const line: PlannedLine = {
      ...movement,
      book,
      hisOrderNo: book === 'CHANNEL' ? null : movement.hisOrderNo,
      damage: null,
      occurredAtMs: this.#timeIn(book, movement),
      ...change,
    };
    this.lines.push(line);
    return line;
  }

  putAll(movement: Movement, books: readonly Book[] = BOOKS): void {
    // The platform's book names a receipt only where the hospital gave one.
    const answered = books.includes('MERCHANT') ? {} : { hisOrderNo: null };
    for (const book of books) this.put(movement, book, answered);
  }

  /** An ordinary movement: in every book, alike. */
  ordinary(movement: Movement): void {
    this.putAll(movement);
    const onDate = this.dateOf(movement.occurredAtMs) === this.date;
    this.expect(movement, { realtime: 'MATCHED', threeWay: onDate ? 'MATCHED' : null });
  }

  expect(movement: Movement, expected: Expected): void {
    const date = this.dateOf(movement.occurredAtMs);
    this.rows.push({
      merchantId: this.merchant.merchantId,
      kind: movement.kind,
      orderNo: movement.orderNo,
      refundNo: expected.numberless === true ? null : movement.refundNo,
      defect: expected.defect ?? null,
      realtime: this.#verdict(expected.realtime, expected.realtimeDate ?? date),
      threeWay: this.#verdict(expected.threeWay, expected.threeWayDate ?? date),
    });
  }

  receiptNo(at: number): string {
    return this.number('R20', at);
  }

  /** Shaped as the channel's: 28 digits at WeChat and Alipay, 21 that begin with the time at UnionPay. */
  txnNo(channel: Channel, at: number): string {
    const serial = this.#digitsOfNext();
    const day = this.#compactDate(at);
    switch (channel) {
      case 'WECHAT':
        return ['4200', this.#digits.slice(0, 6), day, this.#digits.slice(6), serial].join('');
      case 'ALIPAY':
        return [day, '2200', this.#digits, serial].join('');
      case 'UNIONPAY':
        return [day, clockDigits(at), serial].join('');
    }
  }

  /** A number that nothing else of any simulated day has: prefix, yyMMdd, seed and merchant, serial. */
  number(prefix: string, at: number): string {
    // Joined, and not a template: numbers are kept by the million, and a template keeps its parts, too.
    return [prefix, this.#compactDate(at).slice(2), this.#tag, this.#digitsOfNext()].join('');
  }

  #digitsOfNext(): string {
    this.#serial += 1;
    return String(this.#serial).padStart(7, '0');
  }

  #compactDate(at: number): string {
    return this.dateOf(at).replaceAll('-', '');
  }

  #someChannel(): Channel {
    const { channels } = this.merchant;
    const chosen = channels[this.random.weighted(channels.map(({ channel }) => CHANNEL_SHARE[channel]))];
    if (!chosen) throw new Error(`merchant ${this.merchant.merchantId} has no channel`);
    return chosen.channel;
  }

  #laterThan(at: number): number {
    const latest = Math.min(at + 360 * MINUTE_MS, this.endMs - 2 * MIDNIGHT_GUARD_MS);
    return this.random.int(at + 10 * MINUTE_MS, Math.max(latest, at + 10 * MINUTE_MS));
  }

  /** The channel is first by a moment, the hospital books a payment after it and a refund before it. */
  #timeIn(book: Book, { kind, occurredAtMs }: Movement): number {
    switch (book) {
      case 'PLATFORM':
        return occurredAtMs;
      case 'CHANNEL':
        return occurredAtMs - this.random.int(0, 2_000);
      case 'MERCHANT':
        return kind === 'PAYMENT'
          ? occurredAtMs + this.random.int(1_000, 25_000)
          : occurredAtMs - this.random.int(500, 6_000);
    }
  }

  #verdict(code: string | null, businessDate: BusinessDate) {
    if (code === null) return null;
    const key = `${code} ${businessDate}`;
    const known = this.#verdicts.get(key) ?? { code, businessDate };
    this.#verdicts.set(key, known);
    return known;
  }
}

const CHANNEL_SHARE: Readonly<Record<Channel, number>> = { WECHAT: 64, ALIPAY: 31, UNIONPAY: 5 };

function clockDigits(ms: number): string {
  return new Date(ms + 8 * 3_600_000).toISOString().slice(11, 19).replaceAll(':', '');
}
