import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { caseIdOf } from '../../domain/caseId.ts';
import type { ResolutionDeps } from '../../resolution/resolution.ts';
import { approve } from '../../resolution/approvals.ts';
import { recoverRefunds } from '../../resolution/recoverRefunds.ts';
import { sendCaseCode } from '../../resolution/verificationCode.ts';
import type { CaseSystem } from './resolutionHarness.ts';
import {
  APPROVER,
  DATE,
  OPERATOR,
  line,
  matchedLines,
  request,
  startCaseSystem,
} from './resolutionHarness.ts';

// No difference is stuck: a way on from a refund of a part, from one that fails again and again, and from one that is held back.

const DUE = 10_000n;
const MINUTE_MS = 60_000;
let system: CaseSystem;

beforeAll(async () => {
  system = await startCaseSystem();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => {
  system.gateway.faults.length = 0;
  system.rules = { ...system.rules, approvalFromFen: null };
});

const unbooked = (payments?: number) => system.unbooked(payments);
const refund = (orderNo: string, amountFen: bigint) =>
  system.actWithCode(request('REFUND', orderNo), amountFen);
const selfRefund = (orderNo: string, amountFen: bigint) =>
  system.actWithCode(request('SELF_REFUND', orderNo, { caseId: null, amountFen }), amountFen);
const external = (orderNo: string) =>
  system.act(request('EXTERNAL_REFUND', orderNo, { channelRefundNo: `back-office-${orderNo}` }));

test('after a refund of a part the exception returns the rest, and the code is for the rest', async () => {
  const orderNo = await unbooked();
  await selfRefund(orderNo, 3_000n);
  expect(await sendCaseCode(OPERATOR, caseIdOf('H001', orderNo, 'P'), system.deps)).toMatchObject({
    amountFen: 7_000n,
  });
  await expect(refund(orderNo, DUE)).rejects.toMatchObject({ code: 'DZ_CODE_WRONG' });
  await expect(system.actWithCode(request('REFUND', orderNo, { amountFen: DUE }), DUE)).rejects.toMatchObject(
    { code: 'DZ_REFUND_AMOUNT' },
  );
  expect(await refund(orderNo, 7_000n)).toMatchObject({
    state: 'DONE',
    amountFen: 7_000n,
    caseStatus: 'RESOLVED',
  });
  expect(system.gateway.totalOf(orderNo)).toBe(DUE);
});

test('of a payment that was made twice, a refund that HIS lacks was a part of the surplus', async () => {
  const orderNo = await unbooked(2);
  await selfRefund(orderNo, 3_000n);
  await expect(refund(orderNo, DUE)).rejects.toMatchObject({ code: 'DZ_CODE_EXPIRED' });
  expect(await refund(orderNo, 7_000n)).toMatchObject({ state: 'DONE', caseStatus: 'RESOLVED' });
  expect(system.gateway.totalOf(orderNo)).toBe(DUE);
});

test('of a payment that was made twice, a refund that HIS has was of what it booked', async () => {
  const orderNo = await unbooked(2);
  const back = { kind: 'REFUND', refundNo: 'R1', amountFen: 3_000n } as const;
  await system.close.writeEvents([
    line('MERCHANT', orderNo, { ...back, sourceRef: `m-r-${orderNo}` }),
    line('PLATFORM', orderNo, { ...back, sourceRef: `p-r-${orderNo}` }),
    line('CHANNEL', orderNo, { ...back, sourceRef: `c-r-${orderNo}` }),
  ]);
  await system.close.close(DATE);
  expect(await refund(orderNo, DUE)).toMatchObject({ state: 'DONE', caseStatus: 'RESOLVED' });
  expect(system.gateway.totalOf(orderNo)).toBe(DUE);
});

test('of a payment that was made three times, refunds outside are recorded', async () => {
  const orderNo = await unbooked(3);
  await expect(refund(orderNo, 2n * DUE)).rejects.toMatchObject({ code: 'DZ_REFUND_SEVERAL' });
  expect(await external(orderNo)).toMatchObject({ state: 'DONE', amountFen: 2n * DUE });
  expect(await system.act(request('WRITE_OFF', orderNo))).toMatchObject({ caseStatus: 'RESOLVED' });
});

test('a refund that fails keeps its number and amount for ten minutes; then another amount has another number', async () => {
  const orderNo = await unbooked();
  system.gateway.faults.push('NOT_ENOUGH');
  const failed = await selfRefund(orderNo, 5_000n);
  expect(failed).toMatchObject({ state: 'FAILED' });
  system.nowMs += 9 * MINUTE_MS;
  await expect(refund(orderNo, DUE)).rejects.toMatchObject({
    code: 'DZ_REFUND_NUMBER_TAKEN',
    details: { waitMs: MINUTE_MS },
  });
  expect(system.gateway.totalOf(orderNo)).toBe(0n);
  system.nowMs += MINUTE_MS;
  const done = await refund(orderNo, DUE);
  expect(done).toMatchObject({ state: 'DONE', caseStatus: 'RESOLVED' });
  expect(done.refundNo).not.toBe(failed.refundNo);
  expect(system.gateway.totalOf(orderNo)).toBe(DUE);
});

test('the same amount under the same number is no giving up, also when a bill came to name the payment', async () => {
  const orderNo = system.newOrderNo();
  await system.close.writeEvents([
    line('PLATFORM', orderNo, { channelTxnNo: null }),
    ...matchedLines(`${orderNo}-bg`),
  ]);
  system.gateway.faults.push('NOT_ENOUGH');
  const failed = await selfRefund(orderNo, DUE);
  await system.close.writeEvents([line('CHANNEL', orderNo)]);
  expect(await selfRefund(orderNo, DUE)).toMatchObject({ state: 'DONE', refundNo: failed.refundNo });
  expect(system.gateway.totalOf(orderNo)).toBe(DUE);
});

test('a refund that fails again and again is refunded outside, when its number is dead', async () => {
  const orderNo = await unbooked();
  await expect(external(orderNo)).rejects.toMatchObject({ code: 'DZ_ACTION_NOT_FOR_TYPE' });
  system.gateway.faults.push('NOT_ENOUGH');
  await refund(orderNo, DUE);
  await expect(external(orderNo)).rejects.toMatchObject({ code: 'DZ_REFUND_NUMBER_TAKEN' });
  system.nowMs += 10 * MINUTE_MS;
  expect(await external(orderNo)).toMatchObject({ state: 'DONE', amountFen: DUE, caseStatus: 'IN_PROGRESS' });
  const outcomes = (await system.rowsOf(orderNo)).filter(({ step }) => step === 'OUTCOME');
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['FAILED', 'REFUSED']);
  await expect(selfRefund(orderNo, 1n)).rejects.toMatchObject({ code: 'DZ_REFUND_EXCEEDS' });
  expect(await system.act(request('WRITE_OFF', orderNo))).toMatchObject({ caseStatus: 'RESOLVED' });
  expect(system.gateway.totalOf(orderNo)).toBe(0n);
});

test('a failed refund that the gateway turns out to have paid is settled, and nothing is paid beside it', async () => {
  const orderNo = await unbooked();
  system.gateway.faults.push('NOT_ENOUGH');
  await refund(orderNo, DUE);
  const [sent] = system.gateway.sent.filter((each) => each.orderNo === orderNo);
  if (!sent) throw new Error('nothing was sent');
  system.gateway.refunds.set(`${orderNo} ${sent.refundNo}`, sent);
  system.nowMs += 10 * MINUTE_MS;
  await expect(external(orderNo)).rejects.toMatchObject({ code: 'DZ_REFUND_DONE' });
  expect(await system.caseOf(orderNo)).toMatchObject({ status: 'RESOLVED', resolvedBy: 'REFUND' });
  await expect(selfRefund(orderNo, 1n)).rejects.toMatchObject({ code: 'DZ_REFUND_EXCEEDS' });
});

test('a refund that was lost and that the hospital has booked since ends by itself, when nothing can be on its way', async () => {
  const orderNo = await unbooked();
  system.hisOrders.set(orderNo, { state: 'ABSENT' });
  system.gateway.faults.push('LOST_BEFORE');
  await system.actWithCode(request('REFUND', orderNo, { mustHisLack: true }), DUE);
  const booked = { state: 'BOOKED', hisOrderNo: 'R1', amountFen: DUE, occurredAtMs: 0, refunds: [] } as const;
  system.hisOrders.set(orderNo, booked);
  const startedMs = system.nowMs;
  while (system.nowMs < startedMs + 9 * MINUTE_MS) {
    system.nowMs += MINUTE_MS;
    await recoverRefunds(system.deps);
    expect(await system.caseOf(orderNo)).toMatchObject({ status: 'IN_PROGRESS' });
  }
  // A machine that does not answer says nothing about the order.
  system.hisOrders.set(orderNo, new Error('away'));
  while (system.nowMs < startedMs + 30 * MINUTE_MS) {
    system.nowMs += MINUTE_MS;
    await recoverRefunds(system.deps).catch(() => undefined);
    expect(await system.caseOf(orderNo)).toMatchObject({ status: 'IN_PROGRESS' });
  }
  system.hisOrders.set(orderNo, booked);
  for (let minutes = 0; minutes < 90; minutes += 1) {
    system.nowMs += MINUTE_MS;
    await recoverRefunds(system.deps);
  }
  expect(await system.caseOf(orderNo)).toMatchObject({ status: 'OPEN', underWay: null });
  expect(await system.ledger.ordersWithOpenRefunds()).toEqual([]);
  expect(system.gateway.totalOf(orderNo)).toBe(0n);
});

test('an order that became an exception while its refund waited for approval is looked at again first', async () => {
  system.rules = { ...system.rules, approvalFromFen: DUE };
  const orderNo = system.newOrderNo();
  await system.close.writeEvents([
    line('PLATFORM', orderNo),
    line('CHANNEL', orderNo),
    ...matchedLines(`${orderNo}-bg`),
  ]);
  const { actionId } = await selfRefund(orderNo, DUE);
  await system.close.close(DATE);
  await expect(approve(APPROVER, { actionId, note: '' }, system.deps)).rejects.toMatchObject({
    code: 'DZ_APPROVAL_CHANGED',
  });
  expect(system.gateway.totalOf(orderNo)).toBe(0n);
});

test('a failed refund of the order, or one that HIS held back, opens no external refund of the exception', async () => {
  const orderNo = await unbooked();
  system.gateway.faults.push('NOT_ENOUGH');
  await selfRefund(orderNo, 3_000n);
  system.nowMs += 10 * MINUTE_MS;
  await expect(external(orderNo)).rejects.toMatchObject({ code: 'DZ_ACTION_NOT_FOR_TYPE' });
});

test('an external refund is weighed by the whole of what it settles', async () => {
  system.rules = { ...system.rules, approvalFromFen: DUE };
  const orderNo = await unbooked();
  await selfRefund(orderNo, 5_000n);
  system.rules = { ...system.rules, approvalFromFen: null };
  system.gateway.faults.push('NOT_ENOUGH');
  await refund(orderNo, 5_000n);
  system.nowMs += 10 * MINUTE_MS;
  system.rules = { ...system.rules, approvalFromFen: DUE };
  expect(await external(orderNo)).toMatchObject({ state: 'AWAITS_APPROVAL', amountFen: 5_000n });
});

test('a number is not given up by an action that comes to nothing, and an approval that waits is left as it was', async () => {
  system.rules = { ...system.rules, approvalFromFen: 1n };
  const orderNo = await unbooked();
  const first = await refund(orderNo, DUE);
  system.gateway.faults.push('NOT_ENOUGH');
  await approve(APPROVER, { actionId: first.actionId, note: '' }, system.deps);
  system.nowMs += 10 * MINUTE_MS;
  const asked = await external(orderNo);
  expect(asked).toMatchObject({ state: 'AWAITS_APPROVAL' });
  const stopped: ResolutionDeps = {
    ...system.deps,
    reached: (step) =>
      step === 'OUTCOME_WRITTEN' ? Promise.reject(new Error('stopped')) : Promise.resolve(),
  };
  await expect(approve(APPROVER, { actionId: asked.actionId, note: '' }, stopped)).rejects.toThrow('stopped');
  expect(await system.caseOf(orderNo)).toMatchObject({
    status: 'PENDING_APPROVAL',
    underWay: { actionId: asked.actionId },
  });
  await expect(refund(orderNo, DUE)).rejects.toMatchObject({ code: 'DZ_ACTION_AWAITS_APPROVAL' });
  expect(await approve(APPROVER, { actionId: asked.actionId, note: '' }, system.deps)).toMatchObject({
    state: 'DONE',
  });
});

test('a part that a book tells of before its gateway does settles no more than the part', async () => {
  const orderNo = await unbooked();
  system.gateway.faults.push('PROCESSING');
  const { refundNo } = await selfRefund(orderNo, 6_000n);
  await system.close.writeEvents([
    line('PLATFORM', orderNo, { kind: 'REFUND', refundNo, amountFen: 6_000n, sourceRef: `p-r-${orderNo}` }),
  ]);
  system.gateway.settleAll();
  system.nowMs += 60 * MINUTE_MS;
  await recoverRefunds(system.deps);
  expect(await system.caseOf(orderNo)).toMatchObject({ status: 'OPEN', hasSelfRefund: false });
  expect(await refund(orderNo, 4_000n)).toMatchObject({ state: 'DONE', caseStatus: 'RESOLVED' });
});

test('of two payments that HIS booked both, a refund that all books have was of the surplus', async () => {
  const orderNo = await unbooked(2);
  const back = { kind: 'REFUND', refundNo: 'R1' } as const;
  await system.close.writeEvents([
    line('MERCHANT', orderNo, { hisOrderNo: `R2-${orderNo}`, sourceRef: `m-2-${orderNo}` }),
    line('MERCHANT', orderNo, { ...back, sourceRef: `m-r-${orderNo}` }),
    line('PLATFORM', orderNo, { ...back, sourceRef: `p-r-${orderNo}` }),
    line('CHANNEL', orderNo, { ...back, sourceRef: `c-r-${orderNo}` }),
  ]);
  await system.close.close(DATE);
  await expect(refund(orderNo, DUE)).rejects.toMatchObject({
    code: expect.stringMatching(/DZ_REFUND_EXCEEDS|DZ_ACTION_SETTLED/),
  });
  expect(system.gateway.totalOf(orderNo)).toBe(0n);
});

test('a payment that HIS booked after it was refunded outside waits for a person, too', async () => {
  const orderNo = await unbooked();
  system.gateway.faults.push('CLOSED');
  await refund(orderNo, DUE);
  await external(orderNo);
  await system.close.writeEvents([line('MERCHANT', orderNo)]);
  await system.close.close(DATE);
  await system.keepCases();
  expect(await system.caseOf(orderNo)).toMatchObject({ status: 'IN_PROGRESS', isBookedAfterRefund: true });
  expect(await system.act(request('WRITE_OFF', orderNo))).toMatchObject({ caseStatus: 'RESOLVED' });
  await system.keepCases();
  expect(await system.caseOf(orderNo)).toMatchObject({ status: 'RESOLVED' });
});
