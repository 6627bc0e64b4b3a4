// A process that carries out one action and ends itself with -9 at one step of it; see kills.test.ts.
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { clickHouseCaseLedger } from '../../adapters/clickhouse/caseLedger.ts';
import { clickHouseHealing } from '../../adapters/clickhouse/healingLedger.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { redisOrderLocks } from '../../adapters/redis/money/orderLocks.ts';
import { redisRefundOffers } from '../../adapters/redis/money/refundOffers.ts';
import { redisVerificationCodes } from '../../adapters/redis/money/verificationCodes.ts';
import { uppRefunds } from '../../adapters/refunds/uppRefunds.ts';
import { DEFAULT_RESOLUTION_RULES } from '../../domain/resolutionPorts.ts';
import { HEALING_OFF } from '../../domain/selfHealing.ts';
import { act } from '../../resolution/act.ts';
import { approve } from '../../resolution/approvals.ts';
import type { MoneyStep, ResolutionDeps } from '../../resolution/resolution.ts';
import { SAMPLE_MERCHANT } from '../integration/closeHarness.ts';
import { APPROVER, OPERATOR, request } from './resolutionHarness.ts';

export type WorkerOrder = {
  readonly clickhouseUrl: string;
  readonly redisUrl: string;
  readonly uppUrl: string;
  /** base64 */
  readonly uppKey: string;
  readonly killAt: MoneyStep;
  readonly nowMs: number;
  readonly what:
    | { readonly kind: 'APPROVE'; readonly actionId: string }
    | {
        readonly kind: 'REFUND' | 'SELF_REFUND' | 'WRITE_OFF' | 'SUPPLEMENT' | 'EXTERNAL_REFUND';
        readonly orderNo: string;
        readonly caseId: string | null;
        readonly amountFen: string | null;
        readonly code: string;
        readonly idempotencyKey: string;
      };
};

export function workerDeps(
  order: Pick<WorkerOrder, 'uppUrl' | 'uppKey' | 'nowMs'>,
  clients: {
    readonly clickhouse: ReturnType<typeof connectClickHouse>;
    readonly redis: ReturnType<typeof connectRedis>;
  },
): ResolutionDeps {
  const now = (): number => order.nowMs;
  const gateway = uppRefunds(
    {
      url: new URL(order.uppUrl),
      key: { keyId: 'duizhang', key: Buffer.from(order.uppKey, 'base64') },
    },
    { now, nonce: () => randomBytes(16).toString('hex') },
  );
  return {
    ledger: clickHouseCaseLedger(clients.clickhouse),
    locks: redisOrderLocks(clients.redis),
    codes: redisVerificationCodes(clients.redis, now),
    offers: redisRefundOffers(clients.redis),
    notifier: { deliver: () => Promise.resolve() },
    gateways: { routeOf: () => 'upp', gateway: () => gateway },
    his: { orderNow: () => Promise.resolve({ state: 'ABSENT' }) },
    merchants: new Map([[SAMPLE_MERCHANT.merchantId, SAMPLE_MERCHANT]]),
    rulesOf: () => ({ ...DEFAULT_RESOLUTION_RULES, approvalFromFen: null }),
    healing: clickHouseHealing(clients.clickhouse),
    healingRulesOf: () => HEALING_OFF,
    now,
    newId: randomUUID,
    pause: (ms) => pause(ms),
  };
}

if (import.meta.main) {
  const order: WorkerOrder = JSON.parse(process.argv[2] ?? '');
  const clients = { clickhouse: connectClickHouse(order.clickhouseUrl), redis: connectRedis(order.redisUrl) };
  const deps: ResolutionDeps = {
    ...workerDeps(order, clients),
    async reached(step) {
      if (step !== order.killAt) return;
      process.kill(process.pid, 'SIGKILL');
      await pause(60_000);
    },
  };
  const { what } = order;
  if (what.kind === 'APPROVE') await approve(APPROVER, { actionId: what.actionId, note: 'agreed' }, deps);
  else {
    const { kind, amountFen, ...said } = what;
    await act(
      OPERATOR,
      request(kind, what.orderNo, {
        ...said,
        amountFen: amountFen === null ? null : BigInt(amountFen),
        method: 'CASH',
        channelRefundNo: 'BACK-OFFICE-1',
      }),
      deps,
    );
  }
  // It should have been killed.
  process.exit(7);
}
