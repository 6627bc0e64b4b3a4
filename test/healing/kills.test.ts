import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { redisMoneyEpoch } from '../../adapters/redis/money/orderLocks.ts';
import { businessDateOf } from '../../domain/businessDate.ts';
import { chainFaults } from '../../domain/caseHistory.ts';
import { caseIdOf } from '../../domain/caseId.ts';
import { considerCase } from '../../resolution/healing/considerCase.ts';
import { recoverRefunds } from '../../resolution/recoverRefunds.ts';
import type { MoneyStep } from '../../resolution/resolution.ts';
import { RefundBook } from '../../simulator/endpoints/refunds/refundBook.ts';
import type { RefundFault } from '../../simulator/endpoints/refunds/refundDesk.ts';
import { RefundDesk } from '../../simulator/endpoints/refunds/refundDesk.ts';
import { startUpp } from '../../simulator/endpoints/refunds/upp.ts';
import type { Endpoint } from '../../simulator/endpoints/serve.ts';
import { AT_MS } from '../resolution/resolutionHarness.ts';
import type { HealingSystem } from './healingHarness.ts';
import { HOSPITAL, MINUTE_MS, ON, startHealingSystem } from './healingHarness.ts';
import type { HealingOrder } from './healingWorker.ts';
import { healingDeps } from './healingWorker.ts';

// A process that ends with -9 at each step of a refund that the system begins by itself, with Redis kept and emptied.

const WORKER = new URL('./healingWorker.ts', import.meta.url).pathname;
const UPP_KEY = randomBytes(32);
const STEPS = [
  'LOCKED',
  'READ',
  'RESERVED',
  'HIS_ASKED',
  'INTENT_WRITTEN',
  'GATEWAY_ANSWERED',
  'ENTRY_WRITTEN',
  'OUTCOME_WRITTEN',
] as const satisfies readonly MoneyStep[];
const PAID = 3_300n;

type Kill = {
  readonly step: MoneyStep;
  readonly redis: 'kept' | 'emptied';
  readonly fault: RefundFault | null;
};
const KILLS: readonly Kill[] = [
  ...STEPS.flatMap((step) => (['kept', 'emptied'] as const).map((redis) => ({ step, redis, fault: null }))),
  // The gateway has carried it out, or not, and the process that was to hear of it is gone.
  { step: 'GATEWAY_ANSWERED', redis: 'kept', fault: 'ERROR_AFTER' },
  { step: 'GATEWAY_ANSWERED', redis: 'kept', fault: 'ERROR_BEFORE' },
  { step: 'GATEWAY_ANSWERED', redis: 'emptied', fault: 'PROCESSING_THEN_SUCCESS' },
];

let system: HealingSystem;
let upp: Endpoint;
let book: RefundBook;
let orderNos: readonly string[] = [];
const faults: RefundFault[] = [];
const redisUrl = (): string => `redis://127.0.0.1:${system.cases.close.redis.options.port ?? 0}`;

beforeAll(async () => {
  system = await startHealingSystem();
  system.rules = ON;
  orderNos = await system.lost(...KILLS.map(() => PAID));
  const now = (): number => system.cases.nowMs;
  book = new RefundBook({ orders: [], now });
  for (const orderNo of orderNos) {
    const paid = { channelTxnNo: `T-${orderNo}`, paidFen: PAID, paidAtMs: AT_MS };
    book.addOrder({ merchantNo: HOSPITAL, orderNo, channel: 'WECHAT', ...paid });
  }
  const desk = new RefundDesk({
    book,
    fault: ({ kind }) => (kind === 'SEND' ? (faults.shift() ?? null) : null),
    processingMs: 5 * MINUTE_MS,
  });
  upp = await startUpp({ desk, now, keyId: 'duizhang', key: UPP_KEY });
}, 240_000);
afterAll(async () => {
  await upp.close();
  await system[Symbol.asyncDispose]();
});

/** What a process that is started now works with. */
function started() {
  const place = { uppUrl: upp.url, uppKey: UPP_KEY.toString('base64'), nowMs: system.cases.nowMs };
  const clients = { clickhouse: system.cases.close.client, redis: system.cases.close.redis };
  return { place, deps: healingDeps(place, clients) };
}

const used = () => system.deps.healing.usedOf(HOSPITAL, businessDateOf(system.cases.nowMs), false);
const refundsOf = (orderNo: string): readonly bigint[] =>
  book.refundsOf(orderNo).map(({ amountFen }) => amountFen);

test.each(KILLS.map((kill, index) => ({ ...kill, index })))(
  'ended at $step, Redis $redis, gateway $fault: one refund at most, and the budget is what may have been paid',
  async ({ step, redis, fault, index }) => {
    const orderNo = orderNos[index] ?? '';
    const candidate = { merchantId: HOSPITAL, orderNo, caseId: caseIdOf(HOSPITAL, orderNo, 'P') };
    // A budget of its own, and the first question.
    system.nextDay();
    await considerCase(candidate, started().deps);
    system.pass(6 * MINUTE_MS);
    if (fault) faults.push(fault);
    await killed(candidate, step);

    // Whatever may be at the gateway is kept of the budget from before it is sent until its end.
    const refunds = refundsOf(orderNo);
    const isBegun = (await system.rowsOf(orderNo)).some((row) => row.step === 'INTENT');
    expect(refunds.length).toBeLessThanOrEqual(1);
    const isKept = isBegun || step === 'RESERVED' || step === 'HIS_ASKED';
    expect(await used()).toEqual(isKept ? { orders: 1, fen: PAID } : { orders: 0, fen: 0n });

    if (redis === 'emptied') {
      await system.cases.close.redis.flushall();
      await redisMoneyEpoch(system.cases.close.redis, () => system.cases.nowMs).begin();
    } else await letLocksEnd();

    // Started again: refunds are followed, and the case is looked at over and over.
    for (let round = 0; round < 3; round += 1) {
      system.pass(6 * MINUTE_MS);
      const { deps } = started();
      await recoverRefunds(deps);
      await considerCase(candidate, deps);
    }
    expect(faults).toEqual([]);
    const rows = await system.rowsOf(orderNo);
    expect(chainFaults(rows)).toEqual([]);
    expect(rows.at(-1)?.state).toMatchObject({ status: 'RESOLVED', resolvedBy: 'REFUND', underWay: null });
    expect(refundsOf(orderNo)).toEqual([PAID]);
    expect(rows.filter((row) => row.step === 'INTENT')).toHaveLength(1);
    expect(await used()).toEqual({ orders: 1, fen: PAID });
  },
  120_000,
);

async function killed(
  { orderNo, caseId }: { readonly orderNo: string; readonly caseId: string },
  killAt: MoneyStep,
): Promise<void> {
  const { place } = started();
  const order: HealingOrder = {
    ...place,
    clickhouseUrl: system.cases.close.url,
    redisUrl: redisUrl(),
    orderNo,
    caseId,
    killAt,
  };
  const child = spawn(process.execPath, [WORKER, JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [exitCode, signal]: unknown[] = await once(child, 'exit');
  if (signal !== 'SIGKILL') throw new Error(`the worker ended with ${String(exitCode)}: ${said}`);
}

/** What time does: the locks of the process that is gone end. */
async function letLocksEnd(): Promise<void> {
  const { redis } = system.cases.close;
  const locks = (await redis.keys('dz:*lock*')).filter((key) => !key.includes('epoch'));
  if (locks.length > 0) await redis.del(...locks);
}
