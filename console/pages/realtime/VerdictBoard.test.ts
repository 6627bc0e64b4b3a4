import { beforeEach, expect, test } from 'vitest';
import { MINUTES, VerdictBoard, medianOf } from './VerdictBoard.ts';
import type { LiveVerdict, VerdictBatch } from './verdictBatch.ts';

let nowMs = 0;
let board = new VerdictBoard(() => nowMs);
beforeEach(() => {
  nowMs = 10_000_000;
  board = new VerdictBoard(() => nowMs);
});

const item = (orderNo: string, more: Partial<LiveVerdict> = {}): LiveVerdict => ({
  kind: 'PAYMENT',
  orderNo,
  refundNo: null,
  keyPart: 'P',
  code: 'MATCHED',
  channel: 'WECHAT',
  businessDate: '2026-03-09',
  merchantFen: '1',
  platformFen: '1',
  occurredAt: '2026-03-09T02:00:00.000Z',
  at: '2026-03-09T02:00:01.000Z',
  healedAfterMs: null,
  ...more,
});
const batch = (items: readonly LiveVerdict[], more: Partial<VerdictBatch> = {}): VerdictBatch => ({
  merchantId: 'H001',
  at: '2026-03-09T02:00:01.000Z',
  verdicts: items.length,
  matched: items.length,
  exceptions: 0,
  healed: 0,
  items,
  ...more,
});
const orders = () => board.state().rows.map(({ orderNo }) => orderNo);

test('the newest come first; paused they wait and are counted, and come when it goes on', () => {
  board.take(batch([item('A'), item('B')]));
  board.pause();
  board.take(batch([item('C')], { verdicts: 7, matched: 7 }));
  expect(orders()).toEqual(['B', 'A']);
  expect(board.state()).toMatchObject({ isPaused: true, waiting: 1, counts: { verdicts: 9 } });
  board.resume();
  expect(orders()).toEqual(['C', 'B', 'A']);
  expect(new Set(board.state().rows.map(({ key }) => key)).size).toBe(3);
});

test('figures are of the last minutes alone, also when nothing comes any more', () => {
  board.take(batch([item('A', { healedAfterMs: 60_000 })], { healed: 1, exceptions: 2, verdicts: 4 }));
  expect(board.state()).toMatchObject({ counts: { verdicts: 4, healed: 1 }, healedMs: [60_000] });
  nowMs += MINUTES * 60_000 + 1;
  board.tick();
  expect(board.state()).toMatchObject({ counts: { verdicts: 0, exceptions: 0 }, healedMs: [] });
});

test('another hospital begins anew, and others are left out', () => {
  board.take(batch([item('A')]));
  board.follow('H002');
  board.take(batch([item('B')]));
  board.take(batch([item('C')], { merchantId: 'H002' }));
  expect(orders()).toEqual(['C']);
});

test('however much comes, a page keeps a thousand rows', () => {
  for (let n = 0; n < 300; n += 1) board.take(batch([item('A'), item('B'), item('C'), item('D')]));
  expect(board.state().rows).toHaveLength(1_000);
  expect(board.state().counts.verdicts).toBe(1_200);
});

test('the median', () => {
  expect([medianOf([]), medianOf([5]), medianOf([9, 1, 5, 7])]).toEqual([null, 5, 5]);
});
