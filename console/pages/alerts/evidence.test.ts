import { expect, test } from 'vitest';
import { en } from '../../labels/en.ts';
import { zh } from '../../labels/zh.ts';
import { evidenceLines } from './evidence.ts';

/** As pipeline/watch writes it: of every kind of alert. */
const EVIDENCE = {
  lastToldOfPaidAt: '2026-03-09T02:00:00.000Z',
  secondsAhead: '4200',
  secondsBehind: '120',
  largestFen: '123456',
  wasToBeClosedBy: '2026-03-10T10:30:00.000Z',
  lastRun: 'NONE',
  matchRate: '0.8000',
  usualMatchRate: '0.9987',
  payments: '1234',
  oldestRefundNo: 'R1',
  source: 'none',
  status: 'GAVE_UP',
  asked: '12',
  code: 'NO_BILL_EXIST',
};

test('what an alert goes by is told in words, with Beijing times and amounts', () => {
  const told = Object.fromEntries(evidenceLines(EVIDENCE, zh));
  expect(told).toMatchObject({
    应于此前日结: '2026-03-10 18:30:00',
    最近一次对账: '没有对账过',
    匹配率: '80.00%',
    平时匹配率: '99.87%',
    账单来源: '没有自动来源，请上传',
    取账状态: '已停止取账',
    最大一笔: '¥1,234.56',
  });
});

test.each([zh, en])('nothing that is known is shown by its name in the code', (labels) => {
  for (const [label] of evidenceLines(EVIDENCE, labels)) expect(label).not.toContain(labels.alerts.evidence);
});

test('what nobody has words for is shown as it stands, and nothing of what is empty', () => {
  expect(evidenceLines({ another: '7', code: '' }, zh)).toEqual([['依据（another）', '7']]);
});
