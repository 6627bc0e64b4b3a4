import type { Book } from '../../../domain/entry.ts';
import { BOOKS } from '../../../domain/entry.ts';

/**
 * What is kept of a row: seven 32-bit lanes. The row itself stays in its file, to be read again by its offset where a
 * person or a rule needs more than this.
 */
export const LANES = 7;
/** Hash over order_no. The part a record belongs to is cut from it; orders that share it are looked at together. */
export const ORDER = 0;
/**
 * A second hash over order_no, with refund_no mixed in on a refund. With ORDER 64 bits tell keys apart. Two keys of a
 * million share them in one run of forty million, and are then judged by their rows, unless one lacks just the books that
 * the other has, with the same amount and date.
 */
export const KEY = 1;
/** Fen, the lower 32 bits; the upper ones are in META. */
export const FEN_LOW = 2;
/** Seconds since 1970, unsigned. */
export const SECONDS = 3;
/** First byte of the row in its file, unsigned. */
export const OFFSET = 4;
/** bit 0 refund · bit 1 set aside · bits 2–3 book · bits 4–11 file · bit 12 receipted · bits 13–31 upper bits of the fen. */
export const META = 5;
/** 32 bits of hash over his_order_no; 0 when there is none. */
export const RECEIPT = 6;

const REFUND_BIT = 1;
/** The row is judged one by one, not counted as matched: its order is not plain, or it is a refund without number. */
export const ASIDE_BIT = 2;
const BOOK_SHIFT = 2;
const FILE_SHIFT = 4;
/** Of a payment set aside: the hospital's book holds it, too. */
export const RECEIPTED_BIT = 1 << 12;
const FEN_SHIFT = 13;

export const MAX_FILES = 256;
/** Offsets are 32 bits wide. */
export const MAX_FILE_BYTES = 0xffff_ffff;
const TWO_32 = 4_294_967_296;

/** @param fen below 2^51: ten digits of yuan are */
export function metaOf(isRefund: boolean, isAside: boolean, book: number, file: number, fen: number): number {
  return (
    (isRefund ? REFUND_BIT : 0) |
    (isAside ? ASIDE_BIT : 0) |
    (book << BOOK_SHIFT) |
    (file << FILE_SHIFT) |
    (Math.floor(fen / TWO_32) << FEN_SHIFT)
  );
}

export function isRefund(meta: number): boolean {
  return (meta & REFUND_BIT) !== 0;
}

export function isAside(meta: number): boolean {
  return (meta & ASIDE_BIT) !== 0;
}

/** Whether two records agree in their kind, in being set aside and in the upper bits of their fen. */
export function isSameKindAndFen(meta: number, other: number): boolean {
  return ((meta ^ other) & (REFUND_BIT | ASIDE_BIT | (-1 << FEN_SHIFT))) === 0;
}

export function isReceipted(meta: number): boolean {
  return (meta & RECEIPTED_BIT) !== 0;
}

export function bookOf(meta: number): number {
  return (meta >>> BOOK_SHIFT) & 3;
}

export function fileOf(meta: number): number {
  return (meta >>> FILE_SHIFT) & (MAX_FILES - 1);
}

export function fenOf(meta: number, low: number): number {
  return (meta >>> FEN_SHIFT) * TWO_32 + (low >>> 0);
}

export function bookNumber(book: Book): number {
  return BOOKS.indexOf(book);
}
