import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addDays, businessDateOf } from '../../domain/businessDate.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { SELF_HEALING } from '../../domain/selfHealing.ts';
import { line } from '../resolution/resolutionHarness.ts';
import type { HealingSystem } from './healingHarness.ts';
import { MINUTE_MS, ON, startHealingSystem } from './healingHarness.ts';

let system: HealingSystem;
beforeAll(async () => {
  system = await startHealingSystem();
}, 120_000);
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => {
  system.rules = ON;
  // A day's budget of its own for each test.
  system.nextDay();
});

const BOOKED = {
  state: 'BOOKED',
  hisOrderNo: 'R-1',
  amountFen: 12_345n,
  occurredAtMs: 0,
  refunds: [],
} as const;
const DOWN = new DuizhangError('DZ_HDP_FAILED', 'it does not answer');

async function one(amountFen = 12_345n): Promise<string> {
  const [orderNo = ''] = await system.lost(amountFen);
  return orderNo;
}

test('a payment that the bill confirms and that HIS lacks, asked twice, goes back, and its case is resolved', async () => {
  const orderNo = await one();
  await system.heal();
  expect(system.cases.gateway.totalOf(orderNo)).toBe(12_345n);
  expect(await system.cases.caseOf(orderNo)).toMatchObject({ status: 'RESOLVED', resolvedBy: 'REFUND' });
  expect(await system.decisionsOn(orderNo)).toEqual(['WAIT HIS_LACKS_IT_ONCE', 'REFUND HIS_LACKS_IT_TWICE']);
  const rows = await system.rowsOf(orderNo);
  expect(rows.map(({ step, operator }) => `${step} ${operator}`)).toEqual([
    'OPENED system',
    `CONSIDERED ${SELF_HEALING}`,
    `CONSIDERED ${SELF_HEALING}`,
    `INTENT ${SELF_HEALING}`,
    `OUTCOME ${SELF_HEALING}`,
  ]);
  await system.heal();
  expect(system.cases.gateway.totalOf(orderNo)).toBe(12_345n);
});

test('of a hospital that has left nothing is refunded by the system', async () => {
  const orderNo = await one();
  const lastDate = addDays(businessDateOf(system.cases.nowMs), -1);
  const merchants = [...system.deps.merchants].map(
    ([id, merchant]) => [id, { ...merchant, lastDate }] as const,
  );
  const keeper = system.keeper({ ...system.deps, merchants: new Map(merchants) });
  await keeper.round();
  system.pass(6 * MINUTE_MS);
  await keeper.round();
  expect(await system.decisionsOn(orderNo)).toEqual([]);
  await system.heal();
  expect(system.cases.gateway.totalOf(orderNo)).toBe(12_345n);
});

test('a case that is stored before the records that it was judged by is looked at again, and not left for good', async () => {
  const orderNo = await one();
  const { deps } = system;
  let isStored = false;
  const orderFile: typeof deps.ledger.orderFile = async (...order) => {
    const file = await deps.ledger.orderFile(...order);
    return isStored ? file : { ...file, lines: [] };
  };
  const keeper = system.keeper({ ...deps, ledger: { ...deps.ledger, orderFile } });
  await keeper.round();
  expect(await system.decisionsOn(orderNo)).toEqual(['WAIT PAYMENT_NOT_STORED']);
  isStored = true;
  for (let rounds = 0; rounds < 2; rounds += 1) {
    system.pass(6 * MINUTE_MS);
    await keeper.round();
  }
  expect(system.cases.gateway.totalOf(orderNo)).toBe(12_345n);
  expect((await system.decisionsOn(orderNo)).at(-1)).toBe('REFUND HIS_LACKS_IT_TWICE');
});

test('HIS is not asked again before the minutes have passed, also by a process that was started anew', async () => {
  const orderNo = await one();
  await system.keeper().round();
  system.pass(4 * MINUTE_MS);
  system.cases.hisOrders.set(orderNo, DOWN);
  await system.keeper().round();
  expect(await system.decisionsOn(orderNo)).toEqual(['WAIT HIS_LACKS_IT_ONCE']);
});

test('what HIS has booked by the second question is left to people, for good', async () => {
  const orderNo = await one();
  await system.keeper().round();
  system.cases.hisOrders.set(orderNo, BOOKED);
  await system.heal();
  system.cases.hisOrders.set(orderNo, { state: 'ABSENT' });
  await system.heal();
  expect(system.cases.gateway.totalOf(orderNo)).toBe(0n);
  expect(await system.decisionsOn(orderNo)).toEqual(['WAIT HIS_LACKS_IT_ONCE', 'LEAVE HIS_HAS_IT']);
  expect(await system.cases.caseOf(orderNo)).toMatchObject({ status: 'OPEN' });
});

test('while the front-end machine is down nothing happens, and no failure counts as "absent"', async () => {
  const orderNo = await one();
  system.cases.hisOrders.set(orderNo, DOWN);
  await system.heal();
  system.cases.hisOrders.set(orderNo, { state: 'ABSENT' });
  system.pass(6 * MINUTE_MS);
  await system.heal();
  expect(await system.decisionsOn(orderNo)).toEqual([
    'WAIT HIS_UNCLEAR',
    'WAIT HIS_LACKS_IT_ONCE',
    'REFUND HIS_LACKS_IT_TWICE',
  ]);
});

test('an answer that becomes "booked" right before the money moves keeps it, and its budget is free again', async () => {
  const orderNo = await one();
  await system.consider(orderNo);
  system.pass(6 * MINUTE_MS);
  let asked = 0;
  const { deps } = system;
  const late = { orderNow: () => Promise.resolve(++asked === 1 ? ({ state: 'ABSENT' } as const) : BOOKED) };
  const { reason } = (await system.consider(orderNo, { ...deps, his: late })) ?? {};
  expect(reason).toBe('HIS_HAS_IT');
  expect(system.cases.gateway.totalOf(orderNo)).toBe(0n);
  expect(await deps.healing.usedOf('H001', businessDateOf(system.cases.nowMs), false)).toEqual({
    orders: 0,
    fen: 0n,
  });
});

test('a dry run says what it would do, asks as it would, and moves nothing', async () => {
  const orderNo = await one();
  system.rules = { ...ON, mode: 'dry-run' };
  await system.heal();
  await system.heal();
  expect(system.cases.gateway.totalOf(orderNo)).toBe(0n);
  expect(await system.decisionsOn(orderNo)).toEqual([
    'WAIT HIS_LACKS_IT_ONCE',
    'WOULD_REFUND HIS_LACKS_IT_TWICE',
  ]);
  expect(await system.cases.caseOf(orderNo)).toMatchObject({ status: 'OPEN' });
  // Switched on, it is decided anew.
  system.rules = ON;
  await system.heal();
  expect(system.cases.gateway.totalOf(orderNo)).toBe(12_345n);
});

test('off means that nothing is even looked at', async () => {
  const orderNo = await one();
  system.rules = { ...ON, mode: 'off' };
  await system.heal();
  expect(await system.decisionsOn(orderNo)).toEqual([]);
});

test.each([
  ['', 'of all'],
  ['H001', 'of the hospital'],
])('the kill switch (%s) %s keeps money where it is at once', async (merchantId) => {
  const orderNo = await one();
  const keeper = system.keeper();
  await keeper.round();
  system.pass(6 * MINUTE_MS);
  await system.stop(true, merchantId);
  await keeper.round();
  expect(system.cases.gateway.totalOf(orderNo)).toBe(0n);
  system.pass(1000);
  await system.stop(false, merchantId);
  await keeper.round();
  expect(system.cases.gateway.totalOf(orderNo)).toBe(12_345n);
});

test('a switch that is thrown between the intent and the call of the gateway keeps the money, and people may act', async () => {
  const orderNo = await one();
  await system.consider(orderNo);
  system.pass(6 * MINUTE_MS);
  const considered = await system.consider(orderNo, {
    ...system.deps,
    reached: async (step) => {
      if (step === 'INTENT_WRITTEN') await system.stop();
    },
  });
  system.pass(1000);
  await system.stop(false);
  expect(considered?.result).toMatchObject({ state: 'FAILED', code: 'DZ_HEALING_STOPPED' });
  expect(system.cases.gateway.sent.filter((sent) => sent.orderNo === orderNo)).toEqual([]);
  expect(await system.cases.caseOf(orderNo)).toMatchObject({ status: 'OPEN', underWay: null });
  await system.heal();
  expect((await system.decisionsOn(orderNo)).at(-1)).toBe('LEAVE REFUND_BEFORE');
});

test('HIS that books it after the refund opens the case again for a person', async () => {
  const orderNo = await one();
  await system.heal();
  const { occurredAtMs } = (await system.cases.ledger.orderFile('H001', orderNo)).lines[0]?.entry ?? {
    occurredAtMs: 0,
  };
  await system.cases.close.writeEvents([
    line('MERCHANT', orderNo, {
      amountFen: 12_345n,
      occurredAtMs,
    }),
  ]);
  await system.close();
  expect(await system.cases.caseOf(orderNo)).toMatchObject({ status: 'OPEN', isBookedAfterRefund: true });
  await system.heal();
  expect(system.cases.gateway.totalOf(orderNo)).toBe(12_345n);
  expect((await system.decisionsOn(orderNo)).at(-1)).toBe('LEAVE REFUND_BEFORE');
});
