import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { businessDateOf, startOfDate } from '../../domain/businessDate.ts';
import { chainFaults } from '../../domain/caseHistory.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { HealingRules } from '../../domain/selfHealing.ts';
import { reserve } from '../../resolution/healing/reserve.ts';
import { recoverRefunds } from '../../resolution/recoverRefunds.ts';
import { Random } from '../../simulator/random.ts';
import type { GatewayFault } from '../resolution/gatewayBook.ts';
import type { HealingSystem } from './healingHarness.ts';
import { HOSPITAL, MINUTE_MS, ON, startHealingSystem } from './healingHarness.ts';

let system: HealingSystem;
beforeAll(async () => {
  system = await startHealingSystem();
}, 120_000);
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(async () => {
  system.rules = ON;
  // What an earlier day began counts to that day: it comes to its end first.
  system.cases.gateway.faults.length = 0;
  for (const orderNo of await system.openRefunds()) system.cases.hisOrders.set(orderNo, { state: 'ABSENT' });
  system.pass(60 * MINUTE_MS);
  await recoverRefunds(system.deps);
  expect(await system.openRefunds()).toEqual([]);
  system.nextDay();
});

const used = () => system.deps.healing.usedOf(HOSPITAL, businessDateOf(system.cases.nowMs), false);
/** What really went back of these orders, fen. */
const paid = (orderNos: readonly string[]): readonly bigint[] =>
  orderNos.map((orderNo) => system.cases.gateway.totalOf(orderNo));
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, fen) => total + fen, 0n);

test('the day’s orders and the day’s sum are never exceeded, and what is left waits for the next day', async () => {
  system.rules = { ...ON, dailyOrders: 2 };
  const byOrders = await system.lost(1_000n, 2_000n, 3_000n);
  await system.heal();
  expect(paid(byOrders).filter((fen) => fen > 0n)).toHaveLength(2);
  system.rules = { ...ON, dailyFen: 8_000n };
  const bySum = await system.lost(4_000n, 1_000n);
  await system.heal();
  // 3,000 of the first two, then 3,000 more of the third, then 1,000 but not 4,000.
  expect(sum(paid([...byOrders, ...bySum]))).toBeLessThanOrEqual(8_000n);
  const [waiting = ''] = bySum;
  expect((await system.decisionsOn(waiting)).at(-1)).toBe('WAIT DAY_BUDGET');
  system.nextDay();
  system.rules = ON;
  await system.heal();
  expect(paid([...byOrders, ...bySum])).toEqual([1_000n, 2_000n, 3_000n, 4_000n, 1_000n]);
});

test('midnight in Beijing begins a new budget, and one that was reserved before it counts to its own day', async () => {
  system.rules = { ...ON, dailyOrders: 1 };
  const [one = '', two = ''] = await system.lost(1_000n, 1_000n);
  const midnightMs = startOfDate(businessDateOf(system.cases.nowMs)) + 24 * 3_600_000;
  system.cases.nowMs = midnightMs - 7 * MINUTE_MS;
  await system.keeper().round();
  system.cases.nowMs = midnightMs - 1;
  const before = await used();
  await system.consider(one, {
    ...system.deps,
    reached: (step) => {
      if (step === 'RESERVED') system.cases.nowMs = midnightMs + 1;
      return Promise.resolve();
    },
  });
  expect(before).toEqual({ orders: 0, fen: 0n });
  expect(paid([one])).toEqual([1_000n]);
  expect(await used()).toEqual({ orders: 0, fen: 0n });
  await system.consider(two);
  expect(paid([two])).toEqual([1_000n]);
  expect(await used()).toEqual({ orders: 1, fen: 1_000n });
});

test('a refund that surely failed gives its part of the budget back, one that nobody knows of does not', async () => {
  const [failed = '', unknown = ''] = await system.lost(1_000n, 2_000n);
  await system.consider(failed);
  await system.consider(unknown);
  system.pass(6 * MINUTE_MS);
  system.cases.gateway.faults.push('NOT_ENOUGH');
  await system.consider(failed);
  expect(await used()).toEqual({ orders: 0, fen: 0n });
  system.cases.gateway.faults.push('LOST_BEFORE');
  await system.consider(unknown);
  expect(await used()).toEqual({ orders: 1, fen: 2_000n });
  await system.heal();
  expect((await system.decisionsOn(failed)).at(-1)).toBe('LEAVE REFUND_BEFORE');
});

test('twenty at once reserve no more than there is, also when nobody waits for the lock', async () => {
  const rules: HealingRules = { ...ON, dailyOrders: 3, dailyFen: 2_500n };
  const { deps } = system;
  for (const locks of [deps.locks, { hold: () => Promise.resolve(NO_LOCK) }]) {
    system.nextDay();
    const wishes = Array.from({ length: 20 }, (_, i) => ({
      merchantId: HOSPITAL,
      orderNo: `R${i}`,
      caseId: `${i}`,
      actionId: `${system.cases.nowMs}-${i}`,
      amountFen: 1_000n,
      isDryRun: false,
    }));
    const kept = await Promise.all(
      wishes.map((wish) => reserve(wish, rules, { ...deps, locks }).catch(nothingWhereBusy)),
    );
    expect(kept.filter((one) => one !== null).length).toBeLessThanOrEqual(2);
    expect(await used()).toEqual({
      orders: kept.filter((one) => one !== null).length,
      fen: 1_000n * BigInt(kept.filter((one) => one !== null).length),
    });
  }
});

/** Who waits too long for the others reserves nothing, and tries again in the next round. */
function nothingWhereBusy(error: unknown): null {
  if (error instanceof DuizhangError && error.code === 'DZ_ORDER_BUSY') return null;
  throw error;
}

const NO_LOCK = {
  remainingMs: () => 60_000,
  assertHeld: () => Promise.resolve(),
  release: () => Promise.resolve(),
};

const FAULTS: readonly GatewayFault[] = ['LOST_BEFORE', 'LOST_AFTER', 'PROCESSING', 'NOT_ENOUGH', 'CLOSED'];
class Crash extends Error {}

test.each([1, 2, 3])(
  'two processes, faults, crashes, a HIS that changes its mind and a switch: one refund an order, within the budget (%#)',
  async (seed) => {
    const chance = new Random(`healing ${seed}`);
    const random = (): number => chance.next();
    const before = new Set(system.cases.gateway.refunds.keys());
    const below = (n: number): number => Math.floor(random() * n);
    const amounts = Array.from({ length: 10 }, () => BigInt(500 + below(4_000)));
    const rules = { ...ON, dailyOrders: 2 + below(5), dailyFen: BigInt(5_000 + below(12_000)) };
    system.rules = rules;
    const orderNos = await system.lost(...amounts);
    const booked = new Set<string>();
    const his = {
      orderNow: async (_: string, orderNo: string) => {
        if (random() < 0.2) throw new DuizhangError('DZ_HDP_FAILED', 'it does not answer');
        // What HIS has booked once it keeps.
        if (random() < 0.05) booked.add(orderNo);
        await pause(below(5));
        return booked.has(orderNo)
          ? { state: 'BOOKED' as const, hisOrderNo: 'R', amountFen: 1n, occurredAtMs: 0, refunds: [] }
          : { state: 'ABSENT' as const };
      },
    };
    const reached = (): Promise<void> =>
      random() < 0.02 ? Promise.reject(new Crash('the process ends here')) : Promise.resolve();
    const deps = { ...system.deps, his, reached };
    for (let round = 0; round < 8; round += 1) {
      for (const fault of FAULTS) if (random() < 0.3) system.cases.gateway.faults.push(fault);
      if (random() < 0.2) await system.stop(random() < 0.5);
      // Keepers that know nothing of before, as after a start.
      const rounds = [system.keeper(deps), system.keeper(deps)].map((keeper) => keeper.round());
      for (const result of await Promise.allSettled(rounds)) {
        if (result.status === 'rejected' && !(result.reason instanceof Crash)) throw result.reason;
      }
      system.pass(6 * MINUTE_MS);
      if (random() < 0.3) await recoverRefunds({ ...system.deps, his });
    }
    system.cases.gateway.faults.length = 0;
    system.cases.gateway.settleAll();
    for (let i = 0; i < 4; i += 1) {
      system.pass(31 * MINUTE_MS);
      await recoverRefunds({ ...system.deps, his });
    }
    await system.stop(false);
    for (const [i, fen] of paid(orderNos).entries()) expect([0n, amounts[i]]).toContain(fen);
    // What an earlier run left waiting counts as well.
    const went = [...system.cases.gateway.refunds]
      .filter(([key]) => !before.has(key))
      .map(([, { amountFen }]) => amountFen);
    expect(went.length).toBeLessThanOrEqual(rules.dailyOrders);
    expect(sum(went) <= rules.dailyFen).toBe(true);
    for (const orderNo of orderNos) {
      const rows = await system.rowsOf(orderNo);
      expect(chainFaults(rows)).toEqual([]);
      const isPaid = system.cases.gateway.totalOf(orderNo) > 0n;
      expect(rows.at(-1)?.state.status === 'RESOLVED').toBe(isPaid);
    }
  },
  120_000,
);
