import type { Certificate, CertifiedBill, CertifiedChannel, ConservedBook } from './certificate.ts';
import type { Finding } from './finding.ts';
import { difference } from './finding.ts';
import type { Quality, QualityFigures } from './realtimeQuality.ts';

type Told = Pick<Certificate, 'bills' | 'books' | 'conservation' | 'verdicts' | 'merkle' | 'realtime'>;

/**
 * Whether a certificate adds up in itself: bills to books and books to verdicts to the fen, and the verdicts to the count
 * of leaves, and what is told of realtime by type to what is told of it in all.
 */
export function identityFindings(told: Told): readonly Finding[] {
  const rows = told.verdicts.reduce((total, { count }) => total + count, 0);
  return [
    ...difference('leaves', 'count of verdicts', told.merkle.leaves, rows),
    ...told.conservation.flatMap((book) => bookFindings(book, told)),
    ...told.bills.flatMap((bill) => billFindings(bill, told)),
    ...(told.realtime ? realtimeFindings(told.realtime) : []),
  ];
}

function realtimeFindings(told: Quality): readonly Finding[] {
  const sum = (of: (figures: QualityFigures) => number): number =>
    told.byType.reduce((total, figures) => total + of(figures), 0);
  return [
    ...difference(
      'realtime',
      'verdicts of all types',
      told.verdicts,
      sum(({ verdicts }) => verdicts),
    ),
    ...difference(
      'realtime',
      'verdicts of all types that stood',
      told.stood,
      sum(({ stood }) => stood),
    ),
  ];
}

function bookFindings(conserved: ConservedBook, told: Told): readonly Finding[] {
  const { book, kind, channels } = conserved;
  const where = `${book} ${kind}`;
  const totals = told.books.find((each) => each.book === book);
  const total = (kind === 'PAYMENT' ? totals?.paymentFen : totals?.refundFen) ?? '0';
  return [
    ...difference('book', where, total, sumOf(channels, 'bookFen')),
    ...difference('conservation', `${where} spread`, conserved.spreadFen, sumOf(channels, 'shiftFen')),
    ...channels.flatMap((channel) => channelFindings(conserved, channel, told)),
    ...verdictChannels(conserved, told).flatMap((channel) =>
      difference('conservation', `${where} ${channel ?? ''}`.trim(), 'a line of its own', null),
    ),
  ];
}

function channelFindings(
  { book, kind }: ConservedBook,
  told: CertifiedChannel,
  { verdicts }: Told,
): readonly Finding[] {
  const fen = (name: Exclude<keyof CertifiedChannel, 'channel'>): bigint => BigInt(told[name]);
  const where = `${book} ${kind} ${told.channel ?? 'without a channel'}`;
  const fromBill = fen('footerFen') - fen('foreignFen') - fen('otherDatesFen') - fen('repeatedFen');
  const sides = verdicts
    .filter((each) => each.kind === kind && each.channel === told.channel)
    .flatMap((each) => each.sides.filter((side) => side.book === book));
  const onDate = sides.reduce((sum, side) => sum + BigInt(side.onDateFen), 0n);
  const all = sides.reduce((sum, side) => sum + BigInt(side.fen), 0n);
  return [
    ...difference(
      'conservation',
      `${where}: bill to book`,
      told.bookFen,
      (fromBill + fen('elsewhereFen')).toString(),
    ),
    ...difference(
      'conservation',
      `${where}: book to verdicts`,
      told.verdictFen,
      (fen('bookFen') + fen('shiftFen')).toString(),
    ),
    ...difference('conservation', `${where}: verdicts`, told.verdictFen, onDate.toString()),
    ...difference('conservation', `${where}: cross-day`, told.crossDayFen, (all - onDate).toString()),
  ];
}

/** Channels under which verdicts hold sides of the book that the conservation does not name. */
function verdictChannels({ book, kind, channels }: ConservedBook, { verdicts }: Told) {
  const named = new Set(channels.map(({ channel }) => channel));
  const held = verdicts.filter(
    (each) => each.kind === kind && each.sides.some((side) => side.book === book && side.fen !== '0'),
  );
  return [...new Set(held.map(({ channel }) => channel))].filter((channel) => !named.has(channel));
}

/** A bill that stands for its book alone, or for one channel of it, is what the book begins with. */
function billFindings(bill: CertifiedBill, { bills, conservation }: Told): readonly Finding[] {
  const isAlone = bills.filter(({ book }) => book === bill.book).length === 1;
  if (conservation.length === 0 || bill.footer === null || (bill.channel === null && !isAlone)) return [];
  return (['PAYMENT', 'REFUND'] as const).flatMap((kind) => {
    const own = kind === 'PAYMENT' ? bill.paymentFen : bill.refundFen;
    const foreign = kind === 'PAYMENT' ? bill.foreignPaymentFen : bill.foreignRefundFen;
    const channels = conservation
      .filter((each) => each.book === bill.book && each.kind === kind)
      .flatMap((each) => each.channels)
      .filter(({ channel }) => bill.channel === null || channel === bill.channel);
    const footer = (BigInt(own) + BigInt(foreign)).toString();
    return difference(
      'conservation',
      `bill ${bill.sha256} ${kind}: footer`,
      footer,
      sumOf(channels, 'footerFen'),
    );
  });
}

function sumOf(
  channels: readonly CertifiedChannel[],
  name: Exclude<keyof CertifiedChannel, 'channel'>,
): string {
  return channels.reduce((sum, channel) => sum + BigInt(channel[name]), 0n).toString();
}
