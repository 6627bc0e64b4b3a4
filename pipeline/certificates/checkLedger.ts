import type { LedgerQueries, RunRecord } from '../../domain/apiPorts.ts';
import { canonicalJson } from '../../domain/canonicalJson.ts';
import type { Certificate } from '../../domain/certificate.ts';
import type { BillStore, CertificateArchive, CloseLedger, RunKey } from '../../domain/closePorts.ts';
import { KINDS } from '../../domain/entry.ts';
import type { Finding } from '../../domain/finding.ts';
import { difference } from '../../domain/finding.ts';
import { merkleBuilder } from '../../domain/merkle.ts';
import type { Bill } from '../../domain/ports.ts';
import { qualityOf } from '../../domain/realtimeQuality.ts';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import { certifiedTotals, certifiedVerdicts } from '../close/certificateDraft.ts';
import { channelsOfBill } from './channelsOfBill.ts';

export type LedgerOfRuns = {
  readonly ledger: Pick<CloseLedger, 'leaves' | 'verdictSums' | 'billedSums' | 'realtimeWords'>;
  readonly bills: Pick<BillStore, 'billsBetween'>;
  readonly runs: Pick<LedgerQueries, 'reconciliations'>;
  readonly archive: CertificateArchive;
};

/**
 * Adds up again what is stored: the run's record, its verdicts and their root, its bills and their lines, and what was
 * kept of realtime.
 */
export async function ledgerFindings(
  certificate: Certificate,
  parts: LedgerOfRuns,
): Promise<readonly Finding[]> {
  const run = await runOf(certificate, parts.runs);
  if (run === null) return difference('run', certificate.runId, 'a run on record', null);
  return [
    ...recordFindings(certificate, run),
    ...(await verdictFindings(certificate, certificate, parts.ledger)),
    ...(await storedBillFindings(certificate, parts.bills)),
    ...(await lineFindings(certificate, parts.ledger)),
    ...(await realtimeFindings(certificate, parts.ledger)),
  ];
}

const RUNS_A_PAGE = 500;

async function runOf(
  { merchantId, businessDate, mode, runId }: Certificate,
  runs: LedgerOfRuns['runs'],
): Promise<RunRecord | null> {
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof runs.reconciliations>> = await runs.reconciliations(WHOLE_LEDGER, {
      merchantId,
      mode,
      from: businessDate,
      to: businessDate,
      limit: RUNS_A_PAGE,
      ...(cursor !== null && { cursor }),
    });
    const found = page.items.find((run) => run.runId === runId);
    if (found) return found;
    cursor = page.nextCursor;
  } while (cursor !== null);
  return null;
}

function recordFindings(told: Certificate, run: RunRecord): readonly Finding[] {
  const of = (field: string, expected: string, found: string): readonly Finding[] =>
    difference('run', `${run.runId}: ${field}`, expected, found);
  const counts = Object.entries(Object.groupBy(told.verdicts, ({ code }) => code)).map(([code, rows]) => [
    code,
    (rows ?? []).reduce((sum, { count }) => sum + count, 0),
  ]);
  return [
    ...of('outcome', told.outcome, run.outcome),
    ...of('reasons', told.reasons.join(', '), run.reasons.join(', ')),
    ...of('operator', told.operator, run.operator),
    ...of('startedAt', told.startedAt, new Date(run.startedAtMs).toISOString()),
    ...of('endedAt', told.endedAt, new Date(run.endedAtMs).toISOString()),
    ...of('token', told.token, run.token.toString()),
    ...of('merkleRoot', told.merkle.root, run.merkleRoot),
    ...of('books', JSON.stringify(told.books), JSON.stringify(certifiedTotals(run.books))),
    ...of('positions', sorted(Object.entries(told.positions)), sorted(Object.entries(run.positions))),
    ...of('verdicts', sorted(counts), sorted(Object.entries(run.verdicts))),
  ];
}

function sorted(entries: readonly unknown[]): string {
  return entries
    .map((entry) => JSON.stringify(entry))
    .sort()
    .join(' ');
}

async function verdictFindings(
  told: Certificate,
  run: RunKey,
  ledger: LedgerOfRuns['ledger'],
): Promise<readonly Finding[]> {
  const builder = merkleBuilder();
  let leaves = 0;
  for await (const batch of ledger.leaves(run)) {
    for (const leaf of batch) builder.add(leaf);
    leaves += batch.length;
  }
  const stored = new Map(certifiedVerdicts(await ledger.verdictSums(run)).map((sum) => [nameOf(sum), sum]));
  const names = new Set([...told.verdicts.map(nameOf), ...stored.keys()]);
  const tell = (sum: Certificate['verdicts'][number] | undefined): string | null =>
    sum === undefined
      ? null
      : `${sum.count} ${sum.sides.map((s) => `${s.book} ${s.fen}/${s.onDateFen}`).join(' ')}`;
  return [
    ...difference('verdict rows', 'Merkle root', told.merkle.root, builder.root()),
    ...difference('verdict rows', 'count', told.merkle.leaves, leaves),
    ...[...names].flatMap((name) =>
      difference(
        'verdict rows',
        name,
        tell(told.verdicts.find((sum) => nameOf(sum) === name)),
        tell(stored.get(name)),
      ),
    ),
  ];
}

function nameOf({ code, kind, channel }: Certificate['verdicts'][number]): string {
  return `${code} ${kind} ${channel ?? ''}`.trimEnd();
}

async function storedBillFindings(
  { merchantId, businessDate, bills }: Certificate,
  store: LedgerOfRuns['bills'],
): Promise<readonly Finding[]> {
  const stored = await store.billsBetween(merchantId, businessDate, businessDate);
  return bills.flatMap((told) => {
    const bill = stored.find(({ billId, book }) => billId === told.billId && book === told.book);
    const where = `bill ${told.sha256}`;
    if (!bill) return difference('bill on record', where, told.book, null);
    const { format, rows, errorRows, channel } = told;
    return [
      ...difference(
        'bill on record',
        where,
        JSON.stringify([format, channel, rows, errorRows]),
        JSON.stringify([bill.format, bill.channel, bill.rows, bill.errorRows]),
      ),
      ...difference('bill on record', `${where}: sums`, totalsText(told), totalsText(bill)),
    ];
  });
}

function totalsText(bill: Pick<Bill, 'payments' | 'refunds'> & Record<'paymentFen' | 'refundFen', unknown>) {
  return `${bill.payments} ${String(bill.paymentFen)}, ${bill.refunds} ${String(bill.refundFen)}`;
}

/** The bills' lines as entries hold them: they are what the conservation starts from. */
async function lineFindings(
  certificate: Certificate,
  ledger: LedgerOfRuns['ledger'],
): Promise<readonly Finding[]> {
  const { bills, conservation } = certificate;
  if (conservation.length === 0) return [];
  const places = bills
    .filter(({ footer }) => footer !== null)
    .flatMap((bill) =>
      channelsOfBill(bill, bills).map((channel) => ({ billId: bill.billId, book: bill.book, channel })),
    );
  const stored = await ledger.billedSums(certificate, places);
  return places.flatMap(({ book, channel }) =>
    KINDS.flatMap((kind) => {
      const told = conservation
        .find((each) => each.book === book && each.kind === kind)
        ?.channels.find((each) => each.channel === channel);
      const fen = (text: string | undefined): bigint => BigInt(text ?? 0);
      const expected =
        fen(told?.footerFen) - fen(told?.foreignFen) - fen(told?.otherDatesFen) - fen(told?.repeatedFen);
      const found = stored.find(
        (sum) => sum.book === book && sum.channel === channel && sum.kind === kind,
      )?.fen;
      const where = `${book} ${channel ?? 'no channel'} ${kind}`;
      return difference('bill lines', where, expected.toString(), (found ?? 0n).toString());
    }),
  );
}

async function realtimeFindings(
  certificate: Certificate,
  ledger: LedgerOfRuns['ledger'],
): Promise<readonly Finding[]> {
  const words = await ledger.realtimeWords(certificate);
  const { realtime } = certificate;
  if (realtime === undefined && words.length === 0) return [];
  const expected = realtime === undefined ? null : canonicalJson(realtime);
  return difference('realtime words', certificate.runId, expected, canonicalJson(qualityOf(words)));
}
