// A process that considers one case and ends itself with -9 at one step of it; see kills.test.ts.
import { setTimeout as pause } from 'node:timers/promises';
import { clickHouseEvidence } from '../../adapters/clickhouse/caseEvidence.ts';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { considerCase } from '../../resolution/healing/considerCase.ts';
import type { HealingDeps } from '../../resolution/healing/healingFacts.ts';
import type { MoneyStep } from '../../resolution/resolution.ts';
import type { WorkerOrder } from '../resolution/moneyWorker.ts';
import { workerDeps } from '../resolution/moneyWorker.ts';
import { HOSPITAL, ON } from './healingHarness.ts';

export type HealingOrder = Omit<WorkerOrder, 'what' | 'killAt'> & {
  readonly orderNo: string;
  readonly caseId: string;
  readonly killAt: MoneyStep;
};

export type HealingClients = Parameters<typeof workerDeps>[1];

export function healingDeps(
  order: Pick<WorkerOrder, 'uppUrl' | 'uppKey' | 'nowMs'>,
  clients: HealingClients,
): HealingDeps {
  return {
    ...workerDeps(order, clients),
    healingRulesOf: () => ON,
    payments: { paymentNow: () => Promise.resolve({ state: 'UNCLEAR', detail: 'nobody is asked' }) },
    evidence: clickHouseEvidence(clients.clickhouse),
  };
}

if (import.meta.main) {
  const order: HealingOrder = JSON.parse(process.argv[2] ?? '');
  const clients = { clickhouse: connectClickHouse(order.clickhouseUrl), redis: connectRedis(order.redisUrl) };
  const deps: HealingDeps = {
    ...healingDeps(order, clients),
    async reached(step) {
      if (step !== order.killAt) return;
      process.kill(process.pid, 'SIGKILL');
      await pause(60_000);
    },
  };
  const { orderNo, caseId } = order;
  await considerCase({ merchantId: HOSPITAL, orderNo, caseId }, deps);
  // It should have been killed.
  process.exit(7);
}
