import type {
  CertificateDraft,
  CertifiedBill,
  CertifiedChannel,
  CertifiedTotals,
  CertifiedVerdicts,
  ConservedBook,
} from '../../domain/certificate.ts';
import { CERTIFICATE_FORM } from '../../domain/certificateForm.ts';
import type { BilledSum, BookScope, BookSum, SideSum, VerdictSum } from '../../domain/closePorts.ts';
import type { Book, Channel, Kind } from '../../domain/entry.ts';
import { BOOKS, CHANNELS, KINDS } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { Bill, Reconciliation } from '../../domain/ports.ts';
import type { RealtimeWords } from '../../domain/realtimeQuality.ts';
import { qualityOf } from '../../domain/realtimeQuality.ts';
import { BOOKS_OF_MODE, VERDICT_CODES } from '../../domain/verdict.ts';

/** What a run saw and found, as far as certificates speak of it. */
export type RunFacts = {
  /** Of the date, with the places that each stood for. */
  readonly bills: readonly BillInPlace[];
  readonly leaves: number;
  readonly sums: readonly BookSum[];
  readonly billed: readonly BilledSum[];
  /** See `restOfOrder`. */
  readonly rest: readonly SideSum[];
  readonly verdicts: readonly VerdictSum[];
  /** null: the run does not look at the merchant's book, or failed. */
  readonly realtime: readonly RealtimeWords[] | null;
};

export type BillInPlace = { readonly bill: Bill; readonly channels: readonly (Channel | null)[] };

/** The bills of the scope's date that stand for their book, or for a channel of it. */
export function billsInPlace(scope: BookScope, bills: readonly Bill[]): readonly BillInPlace[] {
  return bills
    .filter((bill) => bill.businessDate === scope.businessDate)
    .map((bill) => ({
      bill,
      channels: scope.bills
        .filter((place) => place.billId === bill.billId && place.book === bill.book)
        .map((place) => place.channel),
    }))
    .filter(({ channels }) => channels.length > 0)
    .toSorted((a, b) => byText(placeOf(a), placeOf(b)));
}

export function certificateDraft(run: Reconciliation, merchant: Merchant, facts: RunFacts): CertificateDraft {
  return {
    form: CERTIFICATE_FORM,
    merchantId: run.merchantId,
    businessDate: run.businessDate,
    mode: run.mode,
    runId: run.runId,
    token: run.token.toString(),
    operator: run.operator,
    startedAt: new Date(run.startedAtMs).toISOString(),
    endedAt: new Date(run.endedAtMs).toISOString(),
    outcome: run.outcome,
    reasons: run.reasons,
    positions: run.positions,
    cutOffMs: merchant.rules.cutOffMs,
    bills: facts.bills.map(({ bill }) => certifiedBill(bill)),
    books: certifiedTotals(run.books),
    conservation: run.outcome === 'FAILED' ? [] : conservationOf(run.mode, facts),
    verdicts: certifiedVerdicts(facts.verdicts),
    merkle: { root: run.merkleRoot, leaves: facts.leaves },
    ...(facts.realtime && { realtime: qualityOf(facts.realtime) }),
  };
}

function certifiedBill(bill: Bill): CertifiedBill {
  const { account } = bill;
  return {
    sha256: bill.origin?.sha256 ?? bill.billId,
    billId: bill.billId,
    book: bill.book,
    channel: bill.channel,
    format: bill.format,
    rows: bill.rows,
    payments: bill.payments,
    refunds: bill.refunds,
    paymentFen: bill.paymentFen.toString(),
    refundFen: bill.refundFen.toString(),
    footer: account?.footer ?? null,
    stated: account?.stated ?? [],
    foreignRows: account?.foreignRows ?? 0,
    foreignPaymentFen: (account?.foreignPaymentFen ?? 0n).toString(),
    foreignRefundFen: (account?.foreignRefundFen ?? 0n).toString(),
    otherRows: account?.otherRows ?? 0,
    errorRows: bill.errorRows,
    own: account?.own ?? null,
  };
}

export function certifiedTotals(books: Reconciliation['books']): readonly CertifiedTotals[] {
  return BOOKS.flatMap((book) => {
    const totals = books[book];
    if (!totals) return [];
    const { payments, refunds, paymentFen, refundFen } = totals;
    return [{ book, payments, refunds, paymentFen: paymentFen.toString(), refundFen: refundFen.toString() }];
  });
}

/** In the order of the table of verdicts; sides that no row has are left out. */
export function certifiedVerdicts(sums: readonly VerdictSum[]): readonly CertifiedVerdicts[] {
  return sums
    .toSorted((a, b) => byText(verdictPlace(a), verdictPlace(b)))
    .map(({ code, kind, channel, rows, sides }) => ({
      code,
      kind,
      channel,
      count: rows,
      sides: BOOKS.filter((book) => sides[book].count > 0).map((book) => {
        const { count, fen, onDateFen } = sides[book];
        return { book, count, fen: fen.toString(), onDateFen: onDateFen.toString() };
      }),
    }));
}

function verdictPlace({ code, kind, channel }: VerdictSum): string {
  return `${VERDICT_CODES.indexOf(code)} ${kind} ${channel ?? ''}`;
}

function conservationOf(mode: CertificateDraft['mode'], facts: RunFacts): readonly ConservedBook[] {
  return BOOKS_OF_MODE[mode].flatMap((book) =>
    KINDS.map((kind) => {
      const here = { book, kind };
      const sums = facts.sums.filter(isOf(here));
      const nonPlain = sumOf(sums, ({ fen, plainFen }) => fen - plainFen);
      return {
        ...here,
        spreadFen: (sumOf(facts.rest.filter(isOf(here)), ({ fen }) => fen) - nonPlain).toString(),
        channels: PLACES.map((channel) => conservedChannel(book, kind, channel, facts)).filter(isAnything),
      };
    }),
  );
}

const PLACES: readonly (Channel | null)[] = [null, ...CHANNELS];

function conservedChannel(
  book: Book,
  kind: Kind,
  channel: Channel | null,
  facts: RunFacts,
): CertifiedChannel {
  const here = { book, kind, channel };
  const { ownFen, foreignFen, otherDatesFen } = billedBy(book, kind, channel, facts.bills);
  const billedFen = sumOf(facts.billed.filter(isOf(here)), ({ fen }) => fen);
  const bookFen = sumOf(facts.sums.filter(isOf(here)), ({ fen }) => fen);
  const sides = facts.verdicts.filter(isOf({ kind, channel })).map((sum) => sum.sides[book]);
  const verdictFen = sumOf(sides, ({ onDateFen }) => onDateFen);
  return {
    channel,
    footerFen: (ownFen + foreignFen).toString(),
    foreignFen: foreignFen.toString(),
    otherDatesFen: otherDatesFen.toString(),
    repeatedFen: (ownFen - otherDatesFen - billedFen).toString(),
    elsewhereFen: (bookFen - billedFen).toString(),
    bookFen: bookFen.toString(),
    shiftFen: (verdictFen - bookFen).toString(),
    verdictFen: verdictFen.toString(),
    crossDayFen: (sumOf(sides, ({ fen }) => fen) - verdictFen).toString(),
  };
}

/** What the one bill says that stands for this place. */
function billedBy(book: Book, kind: Kind, channel: Channel | null, bills: readonly BillInPlace[]) {
  const placed = bills.find(({ bill, channels }) => bill.book === book && channels.includes(channel));
  const account = placed?.bill.account;
  const part = account?.parts.find((each) => each.kind === kind && each.channel === channel);
  // Only bills of one channel tell other businesses' rows apart.
  const isWhole = placed !== undefined && placed.bill.channel === channel;
  const foreign = kind === 'PAYMENT' ? account?.foreignPaymentFen : account?.foreignRefundFen;
  return {
    ownFen: part?.fen ?? 0n,
    otherDatesFen: part?.otherDatesFen ?? 0n,
    foreignFen: isWhole ? (foreign ?? 0n) : 0n,
  };
}

function isAnything(told: CertifiedChannel): boolean {
  return Object.entries(told).some(([name, fen]) => name !== 'channel' && fen !== '0');
}

type Place = { readonly book?: Book; readonly kind: Kind; readonly channel?: Channel | null };

/** A place without a book or a channel holds those of all. */
function isOf({ book, kind, channel }: Place): (item: Place) => boolean {
  return (item) =>
    item.kind === kind &&
    (book === undefined || item.book === book) &&
    (channel === undefined || item.channel === channel);
}

function sumOf<T>(items: readonly T[], fen: (item: T) => bigint): bigint {
  return items.reduce((total, item) => total + fen(item), 0n);
}

function placeOf({ bill }: BillInPlace): string {
  return `${BOOKS.indexOf(bill.book)} ${bill.channel ?? ''} ${bill.billId}`;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
