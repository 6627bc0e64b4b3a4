import { dayOfDate, isBusinessDate } from '../../../domain/businessDate.ts';
import type { Arena } from './arena.ts';
import type { Seeds } from './hash.ts';
import { MIX_A, MIX_B, MIX_C, receiptHash, scramble, viewOf, wordAt } from './hash.ts';
import { FEN_LOW, KEY, META, metaOf, OFFSET, ORDER, RECEIPT, SECONDS } from './record.ts';

export const PLAIN_HEADER =
  'order_no,channel_txn_no,refund_no,kind,amount,occurred_at,channel,business_type,his_order_no';
/** Rows are read again through windows of this size, which must hold one whole. */
export const MAX_ROW_BYTES = 16_384;
/** The scan looks so many bytes beyond the end of a row. */
export const SCAN_AHEAD_BYTES = 32;

const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;
const PLUS = 43;
const COMMA = 44;
const DASH = 45;
const DOT = 46;
const ZERO = 48;
const COLON = 58;
const MAX_ID = 64;
const MAX_YUAN_DIGITS = 10;
const BEIJING_SECONDS = 8 * 3600;
const TIME_LENGTH = 19;

/** Cells are compared four bytes at a time. */
const PAYM = fourBytes('PAYM');
const ENT_ = fourBytes('ENT,');
const REFU = fourBytes('REFU');
const ND_ = fourBytes('ND,\0');
const WECH = fourBytes('WECH');
const AT_ = fourBytes('AT,\0');
const ALIP = fourBytes('ALIP');
const AY_ = fourBytes('AY,\0');
const UNIO = fourBytes('UNIO');
const NPAY = fourBytes('NPAY');
const FIRST_THREE = 0xffffff00 | 0;

/** Bytes of an id (domain ID_PATTERN) but for the plus sign, which a spreadsheet's 4.2E+27 holds. */
const IS_ID = new Uint8Array(256);
for (let byte = 33; byte <= 125; byte += 1)
  IS_ID[byte] = byte === QUOTE || byte === COMMA || byte === PLUS ? 0 : 1;
/** Bytes of a text in any language, as far as its cell. */
const IS_TEXT = new Uint8Array(256);
for (let byte = SPACE; byte <= 255; byte += 1) IS_TEXT[byte] = byte === QUOTE || byte === COMMA ? 0 : 1;

/**
 * Turns rows of the plain shape into records. It takes only rows that are beyond doubt: whatever a reader of bills would
 * have to think about (an error, a quote, a number of other form) ends the scan, and the caller takes the general way.
 */
export class RowScanner {
  readonly #arena: Arena;
  readonly #seeds: Seeds;
  readonly #dayOfYmd = new Map<number, number>();
  /** The date read last, as its bytes, and its first second since 1970. */
  #lastYear = 0;
  #lastMonth = 0;
  #lastDate = 0;
  #dayStart = -1;
  /** Of the row under reading: the hashes of its order and of its key, and its amount. */
  #order = 0;
  #key = 0;
  #fen = 0;

  constructor(arena: Arena, seeds: Seeds) {
    this.#arena = arena;
    this.#seeds = seeds;
  }

  /**
   * @param bytes hold SCAN_AHEAD_BYTES more behind `to`
   * @param from where a row begins
   * @param to behind a line feed
   * @param fileOffset what to add to a place in `bytes` to have its place in the file
   * @returns false when a row is not plain
   */
  scan(bytes: Uint8Array, from: number, to: number, fileOffset: number, book: number, file: number): boolean {
    const view = viewOf(bytes);
    let at = from;
    while (at < to) {
      at = this.#row(bytes, view, at, fileOffset, book, file);
      if (at < 0) return false;
    }
    return true;
  }

  /** Reads one row. No cell may hold a line feed, so that none is read beyond its row. @returns where the next begins, or -1 */
  #row(
    bytes: Uint8Array,
    view: DataView,
    rowStart: number,
    fileOffset: number,
    book: number,
    file: number,
  ): number {
    const orderEnd = endOfId(bytes, rowStart);
    const txnEnd = endOfId(bytes, orderEnd + 1);
    const refundStart = txnEnd + 1;
    const refundEnd = endOfId(bytes, refundStart);
    if (orderEnd < 0 || txnEnd < 0 || refundEnd < 0 || orderEnd === rowStart) return -1;
    const isPayment = isPaymentAt(view, refundEnd + 1);
    if (isPayment ? refundEnd !== refundStart : !isRefundAt(view, refundEnd + 1)) return -1;
    const timeStart = this.#readAmount(bytes, refundEnd + 1 + (isPayment ? 'PAYMENT,' : 'REFUND,').length);
    if (timeStart < 0) return -1;
    const seconds = this.#secondsAt(bytes, view, timeStart);
    if (seconds < 0) return -1;
    const typeStart = endOfChannel(bytes, view, timeStart + TIME_LENGTH + 1);
    const hisStart = endOfText(bytes, typeStart) + 1;
    const hisEnd = endOfIdBytes(bytes, hisStart);
    if (typeStart < 0 || hisStart <= 0 || hisEnd - hisStart > MAX_ID) return -1;
    const feed = bytes[hisEnd] === CR ? hisEnd + 1 : hisEnd;
    if (bytes[feed] !== LF || feed - rowStart >= MAX_ROW_BYTES) return -1;

    this.#hashOrder(view, rowStart, orderEnd);
    if (!isPayment) this.#hashRefund(view, refundStart, refundEnd);
    const { lanes } = this.#arena;
    const place = this.#arena.place(this.#order);
    lanes[place + ORDER] = this.#order;
    lanes[place + KEY] = scramble(this.#key);
    lanes[place + FEN_LOW] = this.#fen;
    lanes[place + SECONDS] = seconds;
    lanes[place + OFFSET] = rowStart + fileOffset;
    lanes[place + META] = metaOf(!isPayment, !isPayment && refundStart === refundEnd, book, file, this.#fen);
    lanes[place + RECEIPT] = receiptHash(view, hisStart, hisEnd, this.#seeds.order);
    return feed + 1;
  }

  #hashOrder(view: DataView, start: number, end: number): void {
    let { order, key } = this.#seeds;
    for (let at = start; at < end; at += 4) {
      const word = wordAt(view, at, end);
      order = Math.imul(order ^ word, MIX_A);
      order ^= order >>> 15;
      key = Math.imul(key ^ word, MIX_C);
      key ^= key >>> 16;
    }
    // The length, too: "a" must differ from "a\0".
    this.#order = scramble(order ^ (end - start));
    this.#key = key ^ (end - start);
  }

  #hashRefund(view: DataView, start: number, end: number): void {
    let key = this.#key;
    for (let at = start; at < end; at += 4) {
      key = Math.imul(key ^ wordAt(view, at, end), MIX_A);
      key ^= key >>> 16;
    }
    // A refund without number must differ from its payment.
    this.#key = Math.imul(key, MIX_B) ^ (end - start + 0x52);
  }

  /** Digits, a point, two digits, a comma. @returns behind the comma, or -1 */
  #readAmount(bytes: Uint8Array, start: number): number {
    let at = start;
    let yuan = 0;
    for (let digit = digitAt(bytes, at); digit >= 0 && digit <= 9; digit = digitAt(bytes, at)) {
      yuan = yuan * 10 + digit;
      at += 1;
    }
    if (at === start || at - start > MAX_YUAN_DIGITS || bytes[at] !== DOT || bytes[at + 3] !== COMMA)
      return -1;
    const tenths = digitAt(bytes, at + 1);
    const hundredths = digitAt(bytes, at + 2);
    if (tenths < 0 || tenths > 9 || hundredths < 0 || hundredths > 9) return -1;
    this.#fen = yuan * 100 + tenths * 10 + hundredths;
    return at + 4;
  }

  /** Seconds since 1970 of `yyyy-MM-dd HH:mm:ss,` in Beijing; -1 when it is no such time. */
  #secondsAt(bytes: Uint8Array, view: DataView, at: number): number {
    const year = view.getInt32(at);
    const month = view.getInt32(at + 4);
    const date = view.getInt32(at + 8) >> 8;
    if (date !== this.#lastDate || month !== this.#lastMonth || year !== this.#lastYear) {
      this.#dayStart = this.#dayStartAt(bytes, at);
      this.#lastYear = year;
      this.#lastMonth = month;
      this.#lastDate = date;
    }
    const hour = twoDigitsAt(bytes, at + 11);
    const minute = twoDigitsAt(bytes, at + 14);
    const second = twoDigitsAt(bytes, at + 17);
    // What is no number fails every comparison.
    if (!(hour <= 23 && minute <= 59 && second <= 59) || this.#dayStart < 0) return -1;
    if (bytes[at + 13] !== COLON || bytes[at + 16] !== COLON || bytes[at + TIME_LENGTH] !== COMMA) return -1;
    return this.#dayStart + hour * 3600 + minute * 60 + second;
  }

  /** First second of the day `yyyy-MM-dd ` in Beijing; -1 when it is none. */
  #dayStartAt(bytes: Uint8Array, at: number): number {
    if (bytes[at + 4] !== DASH || bytes[at + 7] !== DASH || bytes[at + 10] !== SPACE) return -1;
    const ymd =
      twoDigitsAt(bytes, at) * 1_000_000 +
      twoDigitsAt(bytes, at + 2) * 10_000 +
      twoDigitsAt(bytes, at + 5) * 100 +
      twoDigitsAt(bytes, at + 8);
    const known = this.#dayOfYmd.get(ymd);
    if (known !== undefined) return known;
    const digits = String(ymd).padStart(8, '0');
    const date = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`;
    const day = Number.isInteger(ymd) && isBusinessDate(date) ? dayOfDate(date) : -1;
    // What unsigned 32 bits of seconds cannot hold (before 1970, after 2105) goes the general way.
    const start = day > 0 && day < 49_000 ? day * 86_400 - BEIJING_SECONDS : -1;
    this.#dayOfYmd.set(ymd, start);
    return start;
  }
}

function endOfIdBytes(bytes: Uint8Array, start: number): number {
  let at = start;
  while (IS_ID[bytes[at] ?? 0] === 1) at += 1;
  return at;
}

/** Where the comma behind an id stands, which may be empty; -1 when it is no id. */
function endOfId(bytes: Uint8Array, start: number): number {
  const end = endOfIdBytes(bytes, start);
  return bytes[end] === COMMA && end - start <= MAX_ID ? end : -1;
}

function endOfText(bytes: Uint8Array, start: number): number {
  let at = start;
  while (IS_TEXT[bytes[at] ?? 0] === 1) at += 1;
  return bytes[at] === COMMA ? at : -1;
}

function isPaymentAt(view: DataView, at: number): boolean {
  return view.getInt32(at) === PAYM && view.getInt32(at + 4) === ENT_;
}

function isRefundAt(view: DataView, at: number): boolean {
  return view.getInt32(at) === REFU && (view.getInt32(at + 4) & FIRST_THREE) === ND_;
}

function digitAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) - ZERO;
}

/** 0–99; NaN where a digit is missing, which fails every comparison. */
function twoDigitsAt(bytes: Uint8Array, at: number): number {
  const tens = digitAt(bytes, at);
  const ones = digitAt(bytes, at + 1);
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? Number.NaN : tens * 10 + ones;
}

/** Behind the channel's cell and its comma; -1 when it is none. */
function endOfChannel(bytes: Uint8Array, view: DataView, at: number): number {
  if (bytes[at] === COMMA) return at + 1;
  const word = view.getInt32(at);
  const next = view.getInt32(at + 4);
  if (word === WECH) return (next & FIRST_THREE) === AT_ ? at + 7 : -1;
  if (word === ALIP) return (next & FIRST_THREE) === AY_ ? at + 7 : -1;
  return word === UNIO && next === NPAY && bytes[at + 8] === COMMA ? at + 9 : -1;
}

function fourBytes(text: string): number {
  return Buffer.from(text, 'latin1').readInt32BE();
}
