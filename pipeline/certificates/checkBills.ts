import type { Certificate, CertifiedBill } from '../../domain/certificate.ts';
import type { BillFiles } from '../../domain/closePorts.ts';
import type { Channel, Entry } from '../../domain/entry.ts';
import { KINDS, identityOf, keyPartOf } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Finding } from '../../domain/finding.ts';
import { difference } from '../../domain/finding.ts';
import type { BillAccount, BillReader, BillReport, StatedTotal } from '../../domain/ports.ts';
import { BillAccounting } from '../close/billAccount.ts';
import { entryOf } from '../close/readKeptBill.ts';
import { channelsOfBill } from './channelsOfBill.ts';

/** Reads the original bytes of every bill again: they must be there, and give the sums that the certificate tells. */
export async function billFindings(
  certificate: Certificate,
  deps: { readonly files: BillFiles; readonly readBill: BillReader },
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const bill of certificate.bills) {
    const where = `${bill.book} ${bill.channel ?? 'all channels'}`;
    const file = await deps.files.find(bill.sha256);
    if (file === null) {
      findings.push(...difference('bill', where, `a file with SHA-256 ${bill.sha256}`, null));
      continue;
    }
    try {
      const read = await readAgain(certificate, bill, file.open(), deps.readBill);
      findings.push(
        ...sumFindings(bill, read, file.name),
        ...partFindings(certificate, bill, read, file.name),
      );
    } catch (error) {
      if (!(error instanceof DuizhangError)) throw error;
      findings.push(...difference('bill', file.name, 'a bill that can be read', error.message));
    }
  }
  return findings;
}

type ReadBill = {
  readonly said: BillReport;
  readonly account: BillAccount;
  /** Lines of the date, one identity once: by channel and kind. */
  readonly distinct: ReadonlyMap<string, bigint>;
};

async function readAgain(
  certificate: Certificate,
  bill: CertifiedBill,
  bytes: AsyncIterable<Uint8Array>,
  readBill: BillReader,
): Promise<ReadBill> {
  const { merchantId, businessDate: date, cutOffMs } = certificate;
  const place = { book: bill.book, channel: bill.channel, merchant: { merchantId, rules: { cutOffMs } } };
  const accounting = new BillAccounting();
  const first = new Map<string, Entry>();
  const { lines, report } = readBill(bytes, {
    date,
    own: bill.own === null ? [] : [bill.own],
    ...(bill.channel !== null && { channel: bill.channel }),
  });
  report.catch(() => undefined);
  for await (const batch of lines) {
    for (const line of batch) {
      const entry = entryOf(line, place, bill.sha256);
      accounting.add(entry);
      if (entry.businessDate === date) keepEarliest(first, entry);
    }
  }
  const said = await report;
  const distinct = new Map<string, bigint>();
  for (const { channel, kind, amountFen } of first.values()) {
    const part = partName(channel, kind);
    distinct.set(part, (distinct.get(part) ?? 0n) + amountFen);
  }
  return { said, account: accounting.accountOf(said, date, bill.own), distinct };
}

/** Of an identity that stands with several amounts the earliest counts, as in the ledger. */
function keepEarliest(first: Map<string, Entry>, entry: Entry): void {
  const key = `${entry.orderNo}\n${keyPartOf(entry)}\n${entry.channel ?? ''}\n${identityOf(entry)}`;
  const known = first.get(key);
  const isEarlier =
    !known ||
    entry.occurredAtMs < known.occurredAtMs ||
    (entry.occurredAtMs === known.occurredAtMs && entry.amountFen < known.amountFen);
  if (isEarlier) first.set(key, entry);
}

function sumFindings(bill: CertifiedBill, { said, account }: ReadBill, name: string): readonly Finding[] {
  const pairs: Readonly<Record<string, readonly [string | number | null, string | number | null]>> = {
    format: [bill.format, said.format],
    rows: [bill.rows, said.rows],
    payments: [bill.payments, said.payments],
    refunds: [bill.refunds, said.refunds],
    paymentFen: [bill.paymentFen, said.paymentFen.toString()],
    refundFen: [bill.refundFen, said.refundFen.toString()],
    errorRows: [bill.errorRows, said.errorCount],
    ...(bill.footer !== null && {
      footer: [bill.footer, account.footer],
      stated: [statedText(bill.stated), statedText(account.stated)],
      foreignRows: [bill.foreignRows, account.foreignRows],
      foreignPaymentFen: [bill.foreignPaymentFen, account.foreignPaymentFen.toString()],
      foreignRefundFen: [bill.foreignRefundFen, account.foreignRefundFen.toString()],
      otherRows: [bill.otherRows, account.otherRows],
    }),
  };
  return Object.entries(pairs).flatMap(([field, [told, found]]) =>
    difference('bill', `${name}: ${field}`, told, found),
  );
}

/** What conservation says of the channels for which the bill stands. */
function partFindings(
  { bills, conservation }: Certificate,
  bill: CertifiedBill,
  { account, distinct }: ReadBill,
  name: string,
): readonly Finding[] {
  if (conservation.length === 0 || bill.footer === null) return [];
  return channelsOfBill(bill, bills).flatMap((channel) =>
    KINDS.flatMap((kind) => {
      const told = conservation
        .find((each) => each.book === bill.book && each.kind === kind)
        ?.channels.find((each) => each.channel === channel);
      const part = account.parts.find((each) => each.channel === channel && each.kind === kind);
      const [fen, otherDatesFen] = [part?.fen ?? 0n, part?.otherDatesFen ?? 0n];
      const repeatedFen = fen - otherDatesFen - (distinct.get(partName(channel, kind)) ?? 0n);
      const own = BigInt(told?.footerFen ?? 0) - BigInt(told?.foreignFen ?? 0);
      const where = `${name}: ${kind} of ${channel ?? 'no channel'}`;
      return [
        ...difference('bill', where, own.toString(), fen.toString()),
        ...difference(
          'bill',
          `${where} on other dates`,
          told?.otherDatesFen ?? '0',
          otherDatesFen.toString(),
        ),
        ...difference('bill', `${where} repeated`, told?.repeatedFen ?? '0', repeatedFen.toString()),
      ];
    }),
  );
}

function statedText(stated: readonly StatedTotal[]): string {
  return stated.map(({ name, value }) => `${name} ${value}`).join(', ');
}

function partName(channel: Channel | null, kind: Entry['kind']): string {
  return `${channel ?? ''} ${kind}`;
}
