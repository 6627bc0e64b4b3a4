import { createHash, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { BusinessDate } from './businessDate.ts';
import { canonicalJson } from './canonicalJson.ts';
import type { CERTIFICATE_FORM } from './certificateForm.ts';
import type { Book, Channel, Kind } from './entry.ts';
import type { MerchantChannel } from './merchant.ts';
import type { FailureReason, FooterCheck, Outcome, StatedTotal } from './ports.ts';
import type { Quality } from './realtimeQuality.ts';
import type { Mode, VerdictCode } from './verdict.ts';

/** Fen as a text, as every amount in JSON is. */
export type FenText = string;

/** A bill of the date that stood for its book, or for a part of it. */
export type CertifiedBill = {
  readonly sha256: string;
  /** The ledger's: the same, or of a later reading of the same bytes. */
  readonly billId: string;
  readonly book: Book;
  /** null: of every channel of its book. */
  readonly channel: Channel | null;
  readonly format: string;
  readonly rows: number;
  readonly payments: number;
  readonly refunds: number;
  readonly paymentFen: FenText;
  readonly refundFen: FenText;
  /** How far the bill's own totals could be compared with its rows; null: imported before certificates. */
  readonly footer: FooterCheck | null;
  /** The bill's own totals, as they stand in it. */
  readonly stated: readonly StatedTotal[];
  readonly foreignRows: number;
  readonly foreignPaymentFen: FenText;
  readonly foreignRefundFen: FenText;
  /** Rows that are neither payment nor refund. */
  readonly otherRows: number;
  /** Rows that could not be read, and so are in no sum. */
  readonly errorRows: number;
  /** By what its rows were told from other businesses'; null: every row is the hospital's. */
  readonly own: MerchantChannel | null;
};

/** What one book and kind of one channel is made of, from the bill's footer to the verdicts. */
export type CertifiedChannel = {
  readonly channel: Channel | null;
  /** What the bill of the date says of its payments or refunds, as far as its rows could be read. */
  readonly footerFen: FenText;
  readonly foreignFen: FenText;
  /** Lines of the bill that lie on other business dates. */
  readonly otherDatesFen: FenText;
  /** Lines of the bill that repeat another one. */
  readonly repeatedFen: FenText;
  /** Lines of the date that stand elsewhere: events, where there is no bill, and the bills of other dates. */
  readonly elsewhereFen: FenText;
  /** The book of the date: footer − foreign − other dates − repeated + elsewhere. */
  readonly bookFen: FenText;
  /** Lines that their verdict shows under another channel, since the book names none or another, and `spreadFen`. */
  readonly shiftFen: FenText;
  /** Σ over the verdicts of the book's side, of sides on the date: book + shift. */
  readonly verdictFen: FenText;
  /** Σ over the verdicts of the book's side, of sides on other dates: of cross-day pairs and offsets. */
  readonly crossDayFen: FenText;
};

export type ConservedBook = {
  readonly book: Book;
  readonly kind: Kind;
  /**
   * What sides of the date hold beyond the lines of the date: a side carries its earliest line's date, and of an identity
   * that stands with several amounts the earliest. The sum of the channels' `shiftFen`.
   */
  readonly spreadFen: FenText;
  readonly channels: readonly CertifiedChannel[];
};

export type CertifiedVerdicts = {
  readonly code: VerdictCode;
  readonly kind: Kind;
  readonly channel: Channel | null;
  readonly count: number;
  readonly sides: readonly {
    readonly book: Book;
    readonly count: number;
    readonly fen: FenText;
    /** Of `fen`, sides on the date of the run. */
    readonly onDateFen: FenText;
  }[];
};

export type CertifiedTotals = {
  readonly book: Book;
  readonly payments: number;
  readonly refunds: number;
  readonly paymentFen: FenText;
  readonly refundFen: FenText;
};

/** What a run says of itself, before it has its place in the merchant's chain. */
export type CertificateDraft = {
  readonly form: typeof CERTIFICATE_FORM;
  readonly merchantId: string;
  readonly businessDate: BusinessDate;
  readonly mode: Exclude<Mode, 'REALTIME'>;
  readonly runId: string;
  readonly token: string;
  readonly operator: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly outcome: Outcome;
  readonly reasons: readonly FailureReason[];
  /** How far the event log had been read. */
  readonly positions: Readonly<Record<string, number>>;
  /** When the business date changes, in milliseconds after midnight. */
  readonly cutOffMs: number;
  readonly bills: readonly CertifiedBill[];
  readonly books: readonly CertifiedTotals[];
  /** Empty on a run that failed, as the verdicts are. */
  readonly conservation: readonly ConservedBook[];
  readonly verdicts: readonly CertifiedVerdicts[];
  readonly merkle: { readonly root: string; readonly leaves: number };
  /**
   * How far realtime had been right of the date when the run closed it. Of THREE_WAY runs that did not fail; certificates
   * from before it was known have none.
   */
  readonly realtime?: Quality;
};

export type Certificate = CertificateDraft & {
  /** 1 for the merchant's first certificate. */
  readonly sequence: number;
  /** Hash of the merchant's certificate before this one; null on the first. */
  readonly previous: string | null;
};

export type CertificateSignature = {
  readonly algorithm: 'Ed25519';
  readonly keyId: string;
  /** Hex, since a base64 text has unused bits that could be changed unseen. */
  readonly value: string;
};

export type SignedCertificate = {
  readonly certificate: Certificate;
  readonly signature: CertificateSignature;
};

/** What the next certificate of the chain names: SHA-256 of the canonical bytes, without the signature. */
export function certificateHash(certificate: Certificate): string {
  return createHash('sha256').update(canonicalJson(certificate)).digest('hex');
}

/** SHA-256 of the key in DER form: `openssl pkey -pubin -in FILE -outform der | sha256sum`. */
export function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/** The same certificate and key always give the same bytes (RFC 8032). */
export function signCertificate(
  certificate: Certificate,
  key: { readonly privateKey: KeyObject; readonly keyId: string },
): SignedCertificate {
  const value = sign(null, Buffer.from(canonicalJson(certificate)), key.privateKey).toString('hex');
  return { certificate, signature: { algorithm: 'Ed25519', keyId: key.keyId, value } };
}

export function isSignedBy({ certificate, signature }: SignedCertificate, publicKey: KeyObject): boolean {
  if (signature.keyId !== keyIdOf(publicKey)) return false;
  const bytes = Buffer.from(canonicalJson(certificate));
  return verify(null, bytes, publicKey, Buffer.from(signature.value, 'hex'));
}
