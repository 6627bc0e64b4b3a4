import { localOfInstant } from '../../domain/businessDate.ts';
import { yuanOfFen } from '../../domain/money.ts';
import type { ComparedField, ComparedRow, RowDifference } from '../../pipeline/bills/compareRows.ts';
import type { BillDiff, DiffTotals } from '../../pipeline/bills/diffBills.ts';
import { feeText } from './billWords.ts';

export type ComparedBill = {
  readonly name: string;
  readonly format: string;
  readonly errorRows: number;
};

/** How a field is called and shown. */
const FIELDS: Readonly<
  Record<ComparedField, { readonly label: string; readonly show: (row: ComparedRow) => string }>
> = {
  amountFen: { label: 'amount', show: (row) => yuanOfFen(row.amountFen) },
  occurredAtMs: { label: 'time', show: (row) => localOfInstant(row.occurredAtMs) },
  channel: { label: 'channel', show: (row) => row.channel ?? '-' },
  channelTxnNo: { label: 'channel txn', show: (row) => row.channelTxnNo ?? '-' },
  hisOrderNo: { label: 'HIS order', show: (row) => row.hisOrderNo ?? '-' },
  businessType: { label: 'business type', show: (row) => row.businessType ?? '-' },
  feeMilliFen: { label: 'fee', show: (row) => feeText(row.feeMilliFen) },
  settledFen: {
    label: 'settled',
    show: (row) => (row.settledFen === null ? '-' : yuanOfFen(row.settledFen)),
  },
};

const NAME_WIDTH = 14;

/** Totals of both side by side, then the rows that differ, field by field. */
export function diffText(a: ComparedBill, b: ComparedBill, diff: BillDiff): string {
  const sums = (count: number, fen: bigint) => `${count}  ${yuanOfFen(fen)}`;
  const table: readonly (readonly [string, string, string])[] = [
    ['', a.name, b.name],
    ['format', a.format, b.format],
    ['payments', sums(diff.a.payments, diff.a.paymentFen), sums(diff.b.payments, diff.b.paymentFen)],
    ['refunds', sums(diff.a.refunds, diff.a.refundFen), sums(diff.b.refunds, diff.b.refundFen)],
    ['fees', feeText(diff.a.feeMilliFen), feeText(diff.b.feeMilliFen)],
    ['row errors', String(a.errorRows), String(b.errorRows)],
  ];
  const width = Math.max(...table.map(([, left]) => left.length)) + 2;
  const lines = table.map(([name, left, right]) => `${name.padEnd(NAME_WIDTH)}${left.padEnd(width)}${right}`);
  const { same, added, removed, changed, differences } = diff;
  lines.push(`${same} rows are the same, ${added} added, ${removed} removed, ${changed} changed`);
  for (const difference of differences) lines.push(...differenceText(difference));
  const unlisted = added + removed + changed - differences.length;
  if (unlisted > 0) lines.push(`… and ${unlisted} more (--limit)`);
  return `${lines.join('\n')}\n`;
}

function differenceText(difference: RowDifference): readonly string[] {
  switch (difference.what) {
    case 'ADDED':
      return [`added    ${rowText(difference.b)}, line ${difference.b.line}: ${valuesText(difference.b)}`];
    case 'REMOVED':
      return [`removed  ${rowText(difference.a)}, line ${difference.a.line}: ${valuesText(difference.a)}`];
    case 'CHANGED': {
      const { a, b, fields } = difference;
      return [
        `changed  ${rowText(a)}, line ${a.line} | line ${b.line}`,
        ...fields.map((field) => {
          const { label, show } = FIELDS[field];
          return `           ${label.padEnd(NAME_WIDTH)}${show(a)} | ${show(b)}`;
        }),
      ];
    }
  }
}

function rowText({ kind, orderNo, refundNo }: ComparedRow): string {
  return refundNo === null ? `${kind} ${orderNo}` : `${kind} ${orderNo} ${refundNo}`;
}

function valuesText(row: ComparedRow): string {
  return `${yuanOfFen(row.amountFen)} yuan, ${localOfInstant(row.occurredAtMs)}`;
}

export function diffJson(
  a: ComparedBill,
  b: ComparedBill,
  diff: BillDiff,
): Readonly<Record<string, unknown>> {
  const { same, added, removed, changed, differences } = diff;
  return {
    a: { ...a, ...totalsJson(diff.a) },
    b: { ...b, ...totalsJson(diff.b) },
    same,
    added,
    removed,
    changed,
    listed: differences.length,
    differences: differences.map((difference) => ({
      what: difference.what,
      ...('a' in difference ? { a: rowJson(difference.a) } : {}),
      ...('b' in difference ? { b: rowJson(difference.b) } : {}),
      ...('fields' in difference ? { fields: difference.fields } : {}),
    })),
  };
}

function totalsJson(totals: DiffTotals): Readonly<Record<string, unknown>> {
  return {
    ...totals,
    paymentFen: totals.paymentFen.toString(),
    refundFen: totals.refundFen.toString(),
    feeMilliFen: totals.feeMilliFen?.toString() ?? null,
  };
}

function rowJson(row: ComparedRow): Readonly<Record<string, unknown>> {
  return {
    ...row,
    amountFen: row.amountFen.toString(),
    feeMilliFen: row.feeMilliFen?.toString() ?? null,
    settledFen: row.settledFen?.toString() ?? null,
  };
}
