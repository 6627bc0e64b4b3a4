import { dayOfDate, isBusinessDate } from '../../../domain/businessDate.ts';
import type { Arena } from './arena.ts';
import type { Seeds } from './hash.ts';
import { MIX_A, MIX_B, MIX_C, receiptHash, scramble } from './hash.ts';
import { FEN_LOW, KEY, META, metaOf, OFFSET, ORDER_A, ORDER_B, RECEIPT, SECONDS } from './record.ts';

export const PLAIN_HEADER =
  'order_no,channel_txn_no,refund_no,kind,amount,occurred_at,channel,business_type,his_order_no';

/** Rows are read again through windows of this size, which must hold one whole. */
export const MAX_ROW_BYTES = 16_384;

const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;
const PLUS = 43;
const COMMA = 44;
const DOT = 46;
const ZERO = 48;
const COLON = 58;
const MAX_ID = 64;
const MAX_YUAN_DIGITS = 10;
const BEIJING_SECONDS = 8 * 3600;
const TIME_LENGTH = 19;

const KIND_PAYMENT = Buffer.from('PAYMENT,');
const KIND_REFUND = Buffer.from('REFUND,');
const CHANNEL_CELLS = ['WECHAT,', 'ALIPAY,', 'UNIONPAY,', ','].map((cell) => Buffer.from(cell));

/** Bytes of an id (domain ID_PATTERN) but for the plus sign, which a spreadsheet's 4.2E+27 holds. */
const IS_ID = new Uint8Array(256);
for (let byte = 33; byte <= 125; byte += 1)
  IS_ID[byte] = byte === QUOTE || byte === COMMA || byte === PLUS ? 0 : 1;

/**
 * Turns rows of the plain shape into records. It takes only rows that are beyond doubt: whatever a reader of bills would
 * have to think about (an error, a quote, a number of other form) ends the scan, and the caller takes the general way.
 */
export class RowScanner {
  readonly #arena: Arena;
  readonly #seeds: Seeds;
  readonly #dayOfYmd = new Map<number, number>();
  #lastYmd = -1;
  #lastDay = 0;

  constructor(arena: Arena, seeds: Seeds) {
    this.#arena = arena;
    this.#seeds = seeds;
  }

  /**
   * @param from where a row begins
   * @param to behind a line feed
   * @param fileOffset what to add to a place in `bytes` to have its place in the file
   * @returns false when a row is not plain
   */
  scan(bytes: Uint8Array, from: number, to: number, fileOffset: number, book: number, file: number): boolean {
    const arena = this.#arena;
    const lanes = arena.lanes;
    const { a: seedA, b: seedB, c: seedC } = this.#seeds;
    let at = from;
    while (at < to) {
      const rowStart = at;

      // order_no
      let a = seedA;
      let b = seedB;
      let c = seedC;
      let word = 0;
      let byte = bytes[at] ?? 0;
      while (byte !== COMMA) {
        if (IS_ID[byte] === 0) return false;
        word = (word << 8) | byte;
        at += 1;
        if (((at - rowStart) & 3) === 0) {
          a = Math.imul(a ^ word, MIX_A);
          a ^= a >>> 15;
          b = Math.imul(b ^ word, MIX_B);
          b ^= b >>> 13;
          c = Math.imul(c ^ word, MIX_C);
          c ^= c >>> 16;
          word = 0;
        }
        byte = bytes[at] ?? 0;
      }
      const orderLength = at - rowStart;
      if (orderLength === 0 || orderLength > MAX_ID) return false;
      // The rest, and the length: "a" must differ from "\0a".
      a = scramble(Math.imul(a ^ word, MIX_A) ^ orderLength);
      b = scramble(Math.imul(b ^ word, MIX_B) + orderLength);
      c = Math.imul(c ^ word, MIX_C) ^ orderLength;
      at += 1;

      // channel_txn_no
      const txnStart = at;
      while ((byte = bytes[at] ?? 0) !== COMMA) {
        if (IS_ID[byte] === 0) return false;
        at += 1;
      }
      if (at - txnStart > MAX_ID) return false;
      at += 1;

      // refund_no
      const refundStart = at;
      word = 0;
      while ((byte = bytes[at] ?? 0) !== COMMA) {
        if (IS_ID[byte] === 0) return false;
        word = (word << 8) | byte;
        at += 1;
        if (((at - refundStart) & 3) === 0) {
          c = Math.imul(c ^ word, MIX_A);
          c ^= c >>> 16;
          word = 0;
        }
      }
      const refundLength = at - refundStart;
      if (refundLength > MAX_ID) return false;
      at += 1;

      // kind
      let isRefund = false;
      if (isAt(bytes, at, KIND_PAYMENT)) {
        if (refundLength !== 0) return false;
        at += KIND_PAYMENT.length;
      } else if (isAt(bytes, at, KIND_REFUND)) {
        isRefund = true;
        c = Math.imul(c ^ word, MIX_A) ^ (refundLength + 0x52);
        at += KIND_REFUND.length;
      } else return false;
      c = scramble(c);

      // amount: digits, a point, two digits
      const amountStart = at;
      let fen = 0;
      let digit = (bytes[at] ?? 0) - ZERO;
      while (digit >= 0 && digit <= 9) {
        fen = fen * 10 + digit;
        at += 1;
        digit = (bytes[at] ?? 0) - ZERO;
      }
      const yuanDigits = at - amountStart;
      if (yuanDigits === 0 || yuanDigits > MAX_YUAN_DIGITS || bytes[at] !== DOT) return false;
      const tenths = (bytes[at + 1] ?? 0) - ZERO;
      const hundredths = (bytes[at + 2] ?? 0) - ZERO;
      if (tenths < 0 || tenths > 9 || hundredths < 0 || hundredths > 9 || bytes[at + 3] !== COMMA)
        return false;
      fen = fen * 100 + tenths * 10 + hundredths;
      at += 4;

      // occurred_at
      const seconds = this.#secondsAt(bytes, at);
      if (seconds < 0 || bytes[at + TIME_LENGTH] !== COMMA) return false;
      at += TIME_LENGTH + 1;

      // channel
      const channel = channelAt(bytes, at);
      if (channel === 0) return false;
      at += channel;

      // business_type, in any language
      while ((byte = bytes[at] ?? 0) !== COMMA) {
        if (byte < SPACE || byte === QUOTE) return false;
        at += 1;
      }
      at += 1;

      // his_order_no
      const hisStart = at;
      while (IS_ID[(byte = bytes[at] ?? 0)] === 1) at += 1;
      const hisEnd = at;
      if (hisEnd - hisStart > MAX_ID) return false;
      if (byte === CR) byte = bytes[(at += 1)] ?? 0;
      if (byte !== LF) return false;
      at += 1;
      if (at - rowStart > MAX_ROW_BYTES) return false;

      const place = arena.place(a);
      lanes[place + ORDER_A] = a;
      lanes[place + ORDER_B] = b;
      lanes[place + KEY] = c;
      lanes[place + FEN_LOW] = fen;
      lanes[place + SECONDS] = seconds;
      lanes[place + OFFSET] = rowStart + fileOffset;
      lanes[place + META] = metaOf(isRefund, isRefund && refundLength === 0, book, file, fen);
      lanes[place + RECEIPT] = receiptHash(bytes, hisStart, hisEnd, seedA);
    }
    return true;
  }

  /** Seconds since 1970 of `yyyy-MM-dd HH:mm:ss` in Beijing; -1 when it is no such time. */
  #secondsAt(bytes: Uint8Array, at: number): number {
    const ymd =
      twoDigitsAt(bytes, at) * 1_000_000 +
      twoDigitsAt(bytes, at + 2) * 10_000 +
      twoDigitsAt(bytes, at + 5) * 100 +
      twoDigitsAt(bytes, at + 8);
    const hour = twoDigitsAt(bytes, at + 11);
    const minute = twoDigitsAt(bytes, at + 14);
    const second = twoDigitsAt(bytes, at + 17);
    if (!(hour <= 23 && minute <= 59 && second <= 59)) return -1;
    if (bytes[at + 10] !== SPACE || bytes[at + 13] !== COLON || bytes[at + 16] !== COLON) return -1;
    if (bytes[at + 4] !== 45 || bytes[at + 7] !== 45) return -1;
    const day = ymd === this.#lastYmd ? this.#lastDay : this.#dayOf(ymd);
    return day * 86_400 - BEIJING_SECONDS + hour * 3600 + minute * 60 + second;
  }

  #dayOf(ymd: number): number {
    let day = this.#dayOfYmd.get(ymd);
    if (day === undefined) {
      const digits = String(ymd).padStart(8, '0');
      const date = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`;
      const isDate = Number.isInteger(ymd) && isBusinessDate(date);
      const days = isDate ? dayOfDate(date) : -1;
      // What unsigned 32 bits of seconds cannot hold (before 1970, after 2105) goes the general way.
      day = days > 0 && days < 49_000 ? days : Number.NEGATIVE_INFINITY;
      this.#dayOfYmd.set(ymd, day);
    }
    this.#lastYmd = ymd;
    this.#lastDay = day;
    return day;
  }
}

/** 0–99; NaN where a digit is missing, which fails every comparison. */
function twoDigitsAt(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - ZERO;
  const ones = (bytes[at + 1] ?? 0) - ZERO;
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? Number.NaN : tens * 10 + ones;
}

/** Length of the channel's cell with its comma; 0 when it is none. */
function channelAt(bytes: Uint8Array, at: number): number {
  for (const cell of CHANNEL_CELLS) if (isAt(bytes, at, cell)) return cell.length;
  return 0;
}

function isAt(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  for (let i = 0; i < expected.length; i += 1) if (bytes[at + i] !== expected[i]) return false;
  return true;
}
