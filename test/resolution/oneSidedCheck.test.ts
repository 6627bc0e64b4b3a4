import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DuizhangError } from '../../domain/errors.ts';
import { checkOneSided, offerOf, refundOffered } from '../../resolution/oneSidedCheck.ts';
import type { CaseSystem } from './resolutionHarness.ts';
import { OPERATOR, line, person, startCaseSystem } from './resolutionHarness.ts';

const DUE = 10_000n;
let system: CaseSystem;

beforeAll(async () => {
  system = await startCaseSystem();
});
afterAll(() => system[Symbol.asyncDispose]());

/** An order of today that the platform took money for. */
async function paidToday(): Promise<string> {
  const orderNo = system.newOrderNo();
  await system.close.writeEvents([line('PLATFORM', orderNo, { occurredAtMs: system.nowMs - 60_000 })]);
  return orderNo;
}

const check = (orderNo: string) => checkOneSided(OPERATOR, { merchantId: 'H001', orderNo }, system.deps);

async function offered(orderNo: string): Promise<string> {
  system.hisOrders.set(orderNo, { state: 'ABSENT' });
  const found = await check(orderNo);
  if (found.state !== 'HIS_LACKS_IT' || !found.offer) throw new Error(found.state);
  expect(found.offer.amountFen).toBe(DUE);
  return found.offer.id;
}

async function refund(
  offerId: string,
  more: { readonly idempotencyKey?: string; readonly code?: string } = {},
) {
  const { deps } = system;
  const code = more.code ?? (await codeFor(offerId));
  const said = {
    code,
    note: 'not in HIS',
    idempotencyKey: randomUUID(),
    requestHash: 'a'.repeat(64),
    ...more,
  };
  return refundOffered(OPERATOR, offerId, said, deps);
}

async function codeFor(offerId: string): Promise<string> {
  const { caseId, merchantId, orderNo, amountFen } = await offerOf(OPERATOR, offerId, system.deps);
  const subject = caseId ?? `${merchantId} ${orderNo}`;
  return (await system.deps.codes.issue({ userId: OPERATOR.userId, subject, amountFen })).code;
}

test('what HIS has is not refunded', async () => {
  const orderNo = await paidToday();
  system.hisOrders.set(orderNo, {
    state: 'BOOKED',
    hisOrderNo: 'R1',
    amountFen: DUE,
    occurredAtMs: system.nowMs,
    refunds: [],
  });
  expect(await check(orderNo)).toMatchObject({ state: 'HIS_HAS_IT', his: { hisOrderNo: 'R1' } });
});

test('what HIS surely lacks is refunded once, and comes as an entry of the platform', async () => {
  const orderNo = await paidToday();
  const id = await offered(orderNo);
  const key = randomUUID();
  const first = await refund(id, { idempotencyKey: key });
  expect(first).toMatchObject({ state: 'DONE', action: 'SELF_REFUND', amountFen: DUE });
  expect(await refund(id, { idempotencyKey: key })).toEqual(first);
  await expect(refund(id)).rejects.toMatchObject({ code: 'DZ_REFUND_EXCEEDS' });
  expect(system.gateway.totalOf(orderNo)).toBe(DUE);
  expect(await check(orderNo)).toEqual({ state: 'HIS_LACKS_IT', offer: null });
});

test('HIS is asked once more right before the money moves', async () => {
  const orderNo = await paidToday();
  const id = await offered(orderNo);
  system.hisOrders.set(orderNo, {
    state: 'BOOKED',
    hisOrderNo: 'R2',
    amountFen: DUE,
    occurredAtMs: system.nowMs,
    refunds: [],
  });
  await expect(refund(id)).rejects.toMatchObject({ code: 'DZ_HIS_HAS_IT' });
  system.hisOrders.set(orderNo, new DuizhangError('DZ_HDP_FAILED', 'it does not answer'));
  await expect(refund(id)).rejects.toMatchObject({ code: 'DZ_HDP_FAILED' });
  expect(system.gateway.totalOf(orderNo)).toBe(0n);
});

test('a hospital that cannot be asked has not said that it lacks the order', async () => {
  const orderNo = await paidToday();
  expect(await check(orderNo)).toMatchObject({ state: 'UNCLEAR', detail: 'it does not answer' });
});

test('an offer is over after its time, and is nobody else’s', async () => {
  const orderNo = await paidToday();
  const id = await offered(orderNo);
  await expect(offerOf(person('zhao', 'operator'), id, system.deps)).rejects.toMatchObject({
    code: 'DZ_CHECK_EXPIRED',
  });
  const code = await codeFor(id);
  const ttl = await system.close.redis.pttl(`dz:refund-offer:${id}`);
  expect(ttl).toBeGreaterThan(100_000);
  expect(ttl).toBeLessThanOrEqual(120_000);
  await system.close.redis.pexpire(`dz:refund-offer:${id}`, 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await expect(refund(id, { code })).rejects.toMatchObject({ code: 'DZ_CHECK_EXPIRED' });
});

test('orders of other days and orders that nobody paid are not checked this way', async () => {
  const orderNo = system.newOrderNo();
  await system.close.writeEvents([line('PLATFORM', orderNo)]);
  await expect(check(orderNo)).rejects.toMatchObject({ code: 'DZ_CHECK_NOT_TODAY' });
  await expect(check('NEVER-PAID')).rejects.toMatchObject({ code: 'DZ_NOT_FOUND' });
});
