import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseRealtimeLedger } from '../../adapters/clickhouse/realtimeLedger.ts';
import { instantOfLocal } from '../../domain/businessDate.ts';
import type { Kind } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Action, PolicyRow, RefusalCode } from '../../domain/policy.ts';
import { ACTIONS, isOneSided, POLICY, rulingOn } from '../../domain/policy.ts';
import type { Mode } from '../../domain/verdict.ts';
import { judgeOrder } from '../../domain/verdict.ts';
import type { ActionRequest } from '../../resolution/actionRequest.ts';
import { SAMPLE_MERCHANT } from '../integration/closeHarness.ts';
import { exceptionLines } from './exceptionLines.ts';
import type { CaseSystem } from './resolutionHarness.ts';
import { DATE, matchedLines, request, startCaseSystem } from './resolutionHarness.ts';

// Each row of the policy table against each action, on exceptions that the real close (or the realtime side) has found.

type Row = { readonly mode: Mode; readonly type: PolicyRow['type']; readonly kind: Kind };
type Case = Row & { readonly action: Action; readonly isNearMidnight: boolean; readonly orderNo: string };

const TWO_WAY: Merchant = { ...SAMPLE_MERCHANT, merchantId: 'H002', mode: 'TWO_WAY' };
const OPEN_DATE = '2026-03-20';
const ROWS: readonly Row[] = POLICY.flatMap(({ modes, type, kinds }) =>
  modes.flatMap((mode) => kinds.map((kind) => ({ mode, type, kind }))),
);
const CASES: readonly Case[] = ROWS.flatMap((row) =>
  ACTIONS.flatMap((action) =>
    [false, true].map((isNearMidnight) => ({
      ...row,
      action,
      isNearMidnight,
      orderNo: `P-${row.mode}-${row.type}-${row.kind}-${action}-${isNearMidnight}`.replaceAll('_', ''),
    })),
  ),
);

let system: CaseSystem;

beforeAll(async () => {
  system = await startCaseSystem();
  const linesOf = (own: Case, merchantId: string, date: string) =>
    exceptionLines(own, own.orderNo, {
      merchantId,
      businessDate: date,
      occurredAtMs: instantOfLocal(`${date} ${own.isNearMidnight ? '00:10:00' : '10:00:00'}`) ?? 0,
    });
  const matched = matchedLines('MATCHED');
  const closed = CASES.filter(({ mode }) => mode !== 'REALTIME');
  await system.close.writeEvents([
    ...matched,
    ...closed.flatMap((own) => linesOf(own, own.mode === 'TWO_WAY' ? 'H002' : 'H001', DATE)),
  ]);
  await system.close.close(DATE);
  await system.close.close(DATE, TWO_WAY);
  // The date before is closed too: what lies just behind midnight may be acted upon.
  for (const merchant of [SAMPLE_MERCHANT, TWO_WAY]) await system.close.close('2026-03-08', merchant);
  await system.close.close('2026-03-19');

  const open = CASES.filter(({ mode }) => mode === 'REALTIME').map((own) => linesOf(own, 'H001', OPEN_DATE));
  await system.close.writeEvents(open.flat());
  const batch = clickHouseRealtimeLedger(system.close.client).newVerdictBatch();
  const { rules } = SAMPLE_MERCHANT;
  for (const lines of open) {
    for (const verdict of judgeOrder(lines, { mode: 'REALTIME', rules }))
      batch.add({ verdict, version: 4096n, span: 0 });
  }
  await batch.write();
  for (const { orderNo } of CASES) system.hisOrders.set(orderNo, { state: 'ABSENT' });
  await system.keepCases();
}, 120_000);
afterAll(() => system[Symbol.asyncDispose]());

function askFor(own: Case, more: Partial<ActionRequest> = {}): ActionRequest {
  const keyPart = own.kind === 'REFUND' ? `RF-${own.orderNo}` : 'P';
  const merchantId = own.mode === 'TWO_WAY' ? 'H002' : 'H001';
  const made = request(own.action, own.orderNo, { keyPart, ...more });
  return { ...made, ...idsOf(merchantId, own.orderNo, keyPart) };
}

function idsOf(
  merchantId: string,
  orderNo: string,
  keyPart: string,
): Pick<ActionRequest, 'merchantId' | 'caseId'> {
  return { merchantId, caseId: system.idOf(merchantId, orderNo, keyPart) };
}

const FULL = {
  confirmCrossDay: true,
  confirmNotCrossDay: true,
  method: 'CASH',
  channelRefundNo: 'BACK-OFFICE-1',
};

/** What the domain's table says, whose own test holds it against a copy by hand. */
function expectedOf(own: Case): RefusalCode | null {
  const ruling = rulingOn(own.action, {
    ...own,
    status: 'OPEN',
    isPossiblyCrossDay: own.isNearMidnight && isOneSided(own.type),
    isCrossDayConfirmed: false,
    isAmountConflict: false,
    hasSelfRefund: false,
    hasExternalRefund: false,
    mayRefundOutside: false,
    hasOpenRefund: false,
    isNamedInBillError: false,
  });
  return ruling.allowed ? null : ruling.code;
}

const DUE = 10_000n;

test.each(CASES)('$mode $type $kind, near midnight: $isNearMidnight, $action', async (own) => {
  const code = expectedOf(own);
  if (code !== null) {
    const refused = system.actWithCode(askFor(own, FULL), DUE);
    await expect(refused).rejects.toThrow(DuizhangError);
    await expect(refused).rejects.toMatchObject({
      code,
      messageZh: expect.stringMatching(/\p{Script=Han}/u),
    });
    expect(system.gateway.totalOf(own.orderNo)).toBe(0n);
    return;
  }
  const result = await system.actWithCode(askFor(own, FULL), DUE);
  expect(result).toMatchObject({ state: 'DONE', action: own.action });
  switch (own.action) {
    case 'REFUND':
      expect(system.gateway.totalOf(own.orderNo)).toBe(DUE);
      expect(result.caseStatus).toBe('RESOLVED');
      break;
    case 'SELF_REFUND':
      // The number that HIS had named, so that a slow original cannot be paid beside it.
      expect(result.refundNo).toBe(`F-${own.orderNo}`);
      expect(system.gateway.totalOf(own.orderNo)).toBe(DUE);
      await thenWriteOff(own);
      break;
    case 'EXTERNAL_REFUND':
      expect(system.gateway.totalOf(own.orderNo)).toBe(0n);
      await thenWriteOff(own);
      break;
    case 'WRITE_OFF':
    case 'SUPPLEMENT':
      expect(result.caseStatus).toBe('RESOLVED');
  }
});

async function thenWriteOff(own: Case): Promise<void> {
  expect(await system.act(askFor({ ...own, action: 'WRITE_OFF' }))).toMatchObject({
    state: 'DONE',
    caseStatus: 'RESOLVED',
  });
}

test('a refund of the order is no way round what its exception demands: HIS is asked as well', async () => {
  const own = CASES.find(
    (item) =>
      item.mode === 'REALTIME' &&
      item.type === 'PLATFORM_ONLY' &&
      item.kind === 'PAYMENT' &&
      item.action === 'SUPPLEMENT' &&
      !item.isNearMidnight,
  );
  if (!own) throw new Error('no such case');
  system.hisOrders.set(own.orderNo, {
    state: 'BOOKED',
    hisOrderNo: 'R1',
    amountFen: DUE,
    occurredAtMs: 0,
    refunds: [],
  });
  const ofOrder = { ...askFor({ ...own, action: 'SELF_REFUND' }), caseId: null, amountFen: 100n };
  await expect(system.actWithCode(ofOrder, 100n)).rejects.toMatchObject({ code: 'DZ_HIS_HAS_IT' });
  expect(system.gateway.totalOf(own.orderNo)).toBe(0n);
});

const LACKING: readonly (readonly [string, (own: Case) => boolean, Partial<ActionRequest>, string])[] = [
  [
    'a write-off near midnight that is not confirmed',
    (c) => c.action === 'WRITE_OFF' && c.type === 'CHANNEL_ONLY',
    {},
    'DZ_ACTION_CONFIRM_CROSS_DAY',
  ],
  [
    'a supplement near midnight that is not confirmed',
    (c) => c.action === 'SUPPLEMENT',
    { method: 'CASH' },
    'DZ_ACTION_CONFIRM_NOT_CROSS_DAY',
  ],
  [
    'a supplement by an unknown method',
    (c) => c.action === 'SUPPLEMENT',
    { ...FULL, method: 'BARTER' },
    'DZ_ACTION_METHOD',
  ],
  [
    'an external refund without its number',
    (c) => c.action === 'EXTERNAL_REFUND',
    { ...FULL, channelRefundNo: ' ' },
    'DZ_ACTION_CHANNEL_REFUND_NO',
  ],
];

test.each(LACKING)('%s is refused', async (_, isMeant, more, code) => {
  const own = CASES.find(
    (candidate) => candidate.isNearMidnight && isMeant(candidate) && expectedOf(candidate) === null,
  );
  if (!own) throw new Error('no such case');
  const fresh = { ...own, orderNo: `${own.orderNo}-lacking` };
  await system.close.writeEvents(
    exceptionLines(fresh, fresh.orderNo, {
      merchantId: own.mode === 'TWO_WAY' ? 'H002' : 'H001',
      occurredAtMs: instantOfLocal(`${DATE} 00:10:00`) ?? 0,
    }),
  );
  await system.close.close(DATE, own.mode === 'TWO_WAY' ? TWO_WAY : SAMPLE_MERCHANT);
  await expect(system.actWithCode(askFor(fresh, more), DUE)).rejects.toMatchObject({ code });
  expect(system.gateway.totalOf(fresh.orderNo)).toBe(0n);
});
