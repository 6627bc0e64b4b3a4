import { expect, test } from 'vitest';
import { DuizhangError } from '../../domain/errors.ts';
import type { RowResult } from '../../resolution/importDecisions.ts';
import { decisionsText } from './decisionsText.ts';

function rowOf(line: number, merchantId: string, action: string, over: Partial<RowResult>): RowResult {
  const empty = { note: '', method: '', channelRefundNo: '', confirmCrossDay: '', confirmNotCrossDay: '' };
  const cells = { ...empty, merchantId, orderNo: `YT${line}`, id: `case-${line}`, action, assignee: '' };
  const foreseen = { state: 'WOULD_BE_DONE', amountFen: over.stakeFen ?? null } as const;
  return {
    row: { sheet: '异常', line, cells, faultyColumn: null },
    action: 'SUPPLEMENT',
    stakeFen: null,
    outcome: { state: 'FORESEEN', foreseen },
    ...over,
  };
}
const refused = {
  outcome: {
    state: 'REFUSED',
    error: new DuizhangError('DZ_ACTION_METHOD', 'x', { messageZh: '请选择补差方式' }),
  },
} as const;
const textOf = (...rows: RowResult[]): string =>
  decisionsText({ sha256: '', rows: [], leftEmpty: 0 }, rows, { isDryRun: true });

test('a trial run says what is made up of each hospital and of all, and what is still missing', () => {
  const text = textOf(
    rowOf(2, 'H001', '补差', { stakeFen: 123_456n }),
    rowOf(3, 'H001', '补差', { stakeFen: 2_500n, ...refused }),
    rowOf(4, 'H002', '补差', { stakeFen: 100n }),
    rowOf(5, 'H002', '平账', { action: 'WRITE_OFF', stakeFen: 9_900n }),
  );
  expect(text).toMatch(/补差 H001：1 笔，¥1,234\.56；仍差 1 笔，¥25\.00\n/);
  expect(text).toMatch(/补差 H002：1 笔，¥1\.00；仍差 0 笔，¥0\.00\n/);
  expect(text).toMatch(/补差合计：2 笔，¥1,235\.56；仍差 1 笔，¥25\.00\n$/);
});

test('a file without 补差 says nothing of it', () => {
  expect(textOf(rowOf(5, 'H002', '平账', { action: 'WRITE_OFF', stakeFen: 9_900n }))).not.toContain('补差');
});
