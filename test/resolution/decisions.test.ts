import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Merchant } from '../../domain/merchant.ts';
import { SAMPLE_MERCHANT } from '../integration/closeHarness.ts';
import { rewritten } from '../workbook.ts';
import { DecisionFiles, said, saidByOrder } from './decisionFiles.ts';
import { exceptionLines } from './exceptionLines.ts';
import type { CaseSystem } from './resolutionHarness.ts';
import { DATE, OPERATOR, person, startCaseSystem } from './resolutionHarness.ts';

// A list of exceptions is exported, filled in as finance would, and read again.

const TWO_WAY: Merchant = { ...SAMPLE_MERCHANT, merchantId: 'H002', mode: 'TWO_WAY' };
/** 00:10 in Shanghai. */
const MIDNIGHT_MS = Date.UTC(2026, 2, 8, 16, 10);

let system: CaseSystem;
let files: DecisionFiles;

beforeAll(async () => {
  system = await startCaseSystem();
  files = new DecisionFiles(system);
});
afterAll(() => system[Symbol.asyncDispose]());

const WRITE_OFF = { action: '平账', note: '已与收费处核对' };

test('what is filled in is foreseen without a trace, done once, and answered again', async () => {
  const [mismatch = '', supplement = '', external = '', empty = ''] = await files.exceptions(
    ['AMOUNT_MISMATCH', 'PAYMENT'],
    ['MERCHANT_ONLY', 'PAYMENT'],
    ['PLATFORM_ONLY', 'REFUND'],
    ['AMOUNT_MISMATCH', 'PAYMENT'],
  );
  const bytes = await files.filled({
    [mismatch]: WRITE_OFF,
    [supplement]: { action: '补差', note: '患者补缴', method: '现金' },
    [external]: {
      action: 'external_refund',
      note: '渠道后台已退',
      channelRefundNo: '50300012026030900000001',
    },
  });
  const file = await files.read(bytes);
  expect(file.rows.map(({ sheet, cells }) => [sheet, cells.orderNo])).toEqual(
    expect.arrayContaining([['异常明细', mismatch]]),
  );
  expect(file.leftEmpty).toBeGreaterThanOrEqual(1);

  const before = await files.everythingWritten();
  const foreseen = await files.import(bytes, { isDryRun: true });
  expect(await files.everythingWritten()).toEqual(before);
  expect(saidByOrder(foreseen)).toEqual({
    [mismatch]: 'WOULD_BE_DONE',
    [supplement]: 'WOULD_BE_DONE',
    [external]: 'WOULD_BE_DONE',
  });

  const first = await files.import(bytes);
  expect(saidByOrder(first)).toEqual({ [mismatch]: 'DONE', [supplement]: 'DONE', [external]: 'DONE' });
  expect(await system.caseOf(mismatch)).toMatchObject({ status: 'RESOLVED', resolvedBy: 'WRITE_OFF' });
  expect(await system.caseOf(supplement)).toMatchObject({ resolvedBy: 'SUPPLEMENT' });
  expect((await system.rowsOf(supplement)).at(-1)).toMatchObject({
    operator: OPERATOR.userId,
    note: '患者补缴',
    said: { method: 'CASH' },
  });
  expect((await system.rowsOf(external)).at(-1)).toMatchObject({
    step: 'RECORDED',
    said: { channelRefundNo: '50300012026030900000001' },
    state: { hasExternalRefund: true },
  });
  expect((await system.rowsOf(empty)).filter(({ actionId }) => actionId !== '')).toEqual([]);

  const rows = await files.actionRows();
  const again = await files.import(bytes);
  expect(again.map(({ outcome }) => outcome)).toEqual(first.map(({ outcome }) => outcome));
  expect(saidByOrder(await files.import(bytes, { isDryRun: true }))[mismatch]).toBe('ANSWERED');
  expect(await files.actionRows()).toBe(rows);
  // Under another user's name it is no repeat, and there is nothing left to do.
  const other = await files.import(bytes, { by: person('zhao', 'operator') });
  expect(saidByOrder(other)).toMatchObject({ [mismatch]: 'DZ_ACTION_SETTLED' });
});

test('a row is refused for its own reason and keeps no other from being done', async () => {
  const day = await files.exceptions(
    ['AMOUNT_MISMATCH', 'PAYMENT'],
    ['CHANNEL_ONLY', 'PAYMENT'],
    ['CHANNEL_ONLY', 'PAYMENT'],
    ['MERCHANT_ONLY', 'PAYMENT'],
    ['AMOUNT_MISMATCH', 'PAYMENT'],
    ['AMOUNT_MISMATCH', 'PAYMENT'],
    ['MERCHANT_ONLY', 'PAYMENT'],
    ['PLATFORM_ONLY', 'REFUND'],
    ['AMOUNT_MISMATCH', 'PAYMENT'],
  );
  const [
    good = '',
    refund = '',
    noWay = '',
    method = '',
    note = '',
    word = '',
    yes = '',
    cut = '',
    who = '',
  ] = day;
  const bytes = await files.filled({
    [good]: WRITE_OFF,
    [refund]: { action: '退款', note: '退给患者' },
    [noWay]: WRITE_OFF,
    [method]: { action: '补差', note: '以物易物', method: '以物易物' },
    [note]: { action: '平账' },
    [word]: { action: '看看', note: '?' },
    [yes]: { ...WRITE_OFF, confirmCrossDay: '可能' },
    [cut]: {
      action: '外部退款',
      note: '渠道后台已退',
      channelRefundNo: { type: 'n', xml: '<v>5.0300012026030901E+22</v>' },
    },
    [who]: { action: '指派' },
  });
  const expected = {
    [refund]: 'DZ_DECISION_NEEDS_CODE',
    [noWay]: 'DZ_ACTION_NOT_FOR_TYPE',
    [method]: 'DZ_ACTION_METHOD',
    [note]: 'DZ_ACTION_NOTE',
    [word]: 'DZ_DECISION_ACTION',
    [yes]: 'DZ_DECISION_YES_NO',
    [cut]: 'DZ_DECISION_NUMBER_CUT',
    [who]: 'DZ_DECISION_ASSIGNEE',
  };
  const foreseen = await files.import(bytes, { isDryRun: true });
  expect(saidByOrder(foreseen)).toEqual({ ...expected, [good]: 'WOULD_BE_DONE' });
  const done = await files.import(bytes);
  expect(saidByOrder(done)).toEqual({ ...expected, [good]: 'DONE' });
  for (const { outcome } of done) {
    if (outcome.state === 'REFUSED') expect(outcome.error.messageZh).toMatch(/\p{Script=Han}/u);
  }
  expect(system.gateway.totalOf(refund)).toBe(0n);
});

test('entries near midnight are decided with their confirmation only', async () => {
  const [silent = '', confirmed = '', supplement = ''] = await files.exceptions(
    ['MERCHANT_ONLY', 'PAYMENT', MIDNIGHT_MS],
    ['MERCHANT_ONLY', 'PAYMENT', MIDNIGHT_MS],
    ['MERCHANT_ONLY', 'PAYMENT', MIDNIGHT_MS],
  );
  const bytes = await files.filled({
    [silent]: { ...WRITE_OFF, confirmCrossDay: '否' },
    [confirmed]: { ...WRITE_OFF, confirmCrossDay: '是' },
    [supplement]: { action: '补差', note: '补缴', method: 'TRANSFER', confirmNotCrossDay: 'Y' },
  });
  expect(saidByOrder(await files.import(bytes))).toEqual({
    [silent]: 'DZ_ACTION_CONFIRM_CROSS_DAY',
    [confirmed]: 'DONE',
    [supplement]: 'DONE',
  });
  expect(await system.caseOf(confirmed)).toMatchObject({ isCrossDayConfirmed: true });
});

test('a row that names another case than its order, or another hospital, is refused', async () => {
  const [a = '', b = ''] = await files.exceptions(
    ['AMOUNT_MISMATCH', 'PAYMENT'],
    ['AMOUNT_MISMATCH', 'PAYMENT'],
  );
  const elsewhere = `H2-${system.newOrderNo()}`;
  await system.close.writeEvents(
    exceptionLines({ mode: 'TWO_WAY', type: 'AMOUNT_MISMATCH', kind: 'PAYMENT' }, elsewhere, {
      merchantId: 'H002',
    }),
  );
  await system.close.close(DATE, TWO_WAY);
  const bytes = await files.filled({ [a]: WRITE_OFF, [b]: WRITE_OFF, [elsewhere]: WRITE_OFF });
  const [idOfA, idOfB] = [a, b].map((orderNo) => system.idOf('H001', orderNo, 'P'));
  const swapped = await rewritten(bytes, (_, xml) => xml.replace(`>${idOfA}<`, `>${idOfB}<`));
  const own = { ...OPERATOR, merchants: new Set(['H001']) };
  expect(saidByOrder(await files.import(swapped, { by: own }))).toEqual({
    [a]: 'DZ_DECISION_CASE',
    // Two rows now name this case: as one of them is wrong, it is safe to do neither.
    [b]: 'DZ_DECISION_TWICE',
    [elsewhere]: 'DZ_DECISION_CASE',
  });
  expect(saidByOrder(await files.import(bytes, { by: own }))).toEqual({
    [a]: 'DONE',
    [b]: 'DONE',
    [elsewhere]: 'DZ_DECISION_CASE',
  });
  expect(saidByOrder(await files.import(bytes))).toMatchObject({ [elsewhere]: 'DONE' });
  const viewer = await files.import(bytes, { by: person('sun', 'viewer') });
  expect(viewer.map(said)).toEqual(['DZ_FORBIDDEN', 'DZ_FORBIDDEN', 'DZ_FORBIDDEN']);
});

test('a formula counts for its stored result; one without a result is refused', async () => {
  const [a = '', b = '', c = ''] = await files.exceptions(
    ['AMOUNT_MISMATCH', 'PAYMENT'],
    ['AMOUNT_MISMATCH', 'PAYMENT'],
    ['AMOUNT_MISMATCH', 'PAYMENT'],
  );
  const bytes = await files.filled({
    [a]: { action: { type: 'str', xml: '<f>IF(1&gt;0,"平账","")</f><v>平账</v>' }, note: '公式' },
    [b]: { action: { type: 'n', xml: '<f>X2</f>' }, note: '公式' },
    [c]: { action: '平账', note: { type: 'e', xml: '<f>1/0</f><v>#DIV/0!</v>' } },
  });
  expect(saidByOrder(await files.import(bytes))).toEqual({
    [a]: 'DONE',
    [b]: 'DZ_DECISION_CELL',
    [c]: 'DZ_DECISION_CELL',
  });
});
