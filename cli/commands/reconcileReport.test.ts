import { expect, test } from 'vitest';
import type { Cell } from '../../adapters/files/sheet.ts';
import { id, text } from '../../adapters/files/sheet.ts';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import type { Entry } from '../../domain/entry.ts';
import { judgeOrder } from '../../domain/verdict.ts';
import type { ReconciledFiles } from '../../pipeline/reconcile/books.ts';
import { tallyVerdicts } from '../../pipeline/reconcile/tally.ts';
import { exceptionSheet, textOfFiles } from './reconcileReport.ts';

function refund(book: Entry['book'], refundNo: string | null): Entry {
  return {
    book,
    merchantId: '-',
    kind: 'REFUND',
    orderNo: 'HP1',
    refundNo,
    channel: 'WECHAT',
    channelTxnNo: null,
    hisOrderNo: book === 'MERCHANT' ? 'H9' : null,
    amountFen: 4000n,
    occurredAtMs: Date.UTC(2026, 2, 9, 4),
    businessDate: '2026-03-09',
    businessType: null,
    source: 'BILL',
    sourceRef: 'file:2',
  };
}

function reconciled(lines: readonly Entry[]): ReconciledFiles {
  const verdicts = judgeOrder(lines, { mode: 'THREE_WAY', rules: DEFAULT_RULES });
  return {
    result: tallyVerdicts(verdicts, 'THREE_WAY'),
    errors: [],
    errorCount: 0,
    foreignRows: 0,
    billChannels: null,
  };
}

/** The cells of a column, by its header. */
function column(files: ReconciledFiles, header: string): readonly (Cell | undefined)[] {
  const sheet = exceptionSheet(files);
  const at = sheet.header.indexOf(header);
  return sheet.rows.map((row) => row[at]);
}

test('refunds that cannot be told apart are named as that, in the terminal and in the sheet', () => {
  const files = reconciled([refund('MERCHANT', null), refund('PLATFORM', 'R1'), refund('PLATFORM', 'R2')]);
  const lines = textOfFiles(files).split('\n');
  expect(lines.filter((line) => line.includes('退款配对不明'))).toHaveLength(3);
  const yes = text('是');
  expect(column(files, '退款配对不明')).toEqual([yes, yes, yes]);

  const clear = reconciled([refund('MERCHANT', null), refund('PLATFORM', 'R1')]);
  expect(textOfFiles(clear)).not.toContain('退款配对不明');
});

test('a receipt of several payments is named with the orders that add up to it', () => {
  const verdicts = judgeOrder([refund('PLATFORM', 'R1')], { mode: 'THREE_WAY', rules: DEFAULT_RULES });
  const mergedReceipt = { hisOrderNo: 'H9', orderNos: ['HP1', 'HP2'] };
  const result = tallyVerdicts(
    verdicts.map((verdict) => ({ ...verdict, mergedReceipt })),
    'THREE_WAY',
  );
  const files = { result, errors: [], errorCount: 0, foreignRows: 0, billChannels: null };
  expect(textOfFiles(files)).toContain('疑似合并收据 H9 (HP1 HP2)');
  expect(column(files, '疑似合并收据')).toEqual([id('H9')]);
  expect(column(files, '合并的流水号')).toEqual([text('HP1 HP2')]);
});
