import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import type { RedisConnection } from './redis/connect.ts';
import type { Clock } from '../domain/ports.ts';
import { DEFAULT_RESOLUTION_RULES } from '../domain/resolutionPorts.ts';
import { HEALING_OFF } from '../domain/selfHealing.ts';
import { clickHouseCaseLedger } from './clickhouse/caseLedger.ts';
import { clickHouseEvidence } from './clickhouse/caseEvidence.ts';
import { clickHouseHealing } from './clickhouse/healingLedger.ts';
import { demoOutside } from './config/demoOutside.ts';
import type { Config } from './config/loadConfig.ts';
import { redisOrderLocks } from './redis/money/orderLocks.ts';
import { redisNoticeStream } from './redis/money/noticeStream.ts';
import { redisRefundOffers } from './redis/money/refundOffers.ts';
import { redisVerificationCodes } from './redis/money/verificationCodes.ts';
import { openGateways } from './refunds/openGateways.ts';
import { paymentQueries } from './refunds/paymentQueries.ts';
import { hdpAccess } from './sources/access.ts';
import { hdpOrders } from './sources/hdp/hdpOrders.ts';
import type { HdpAccess } from './sources/hdp/hdpClient.ts';

export type ResolutionServers = {
  readonly clickhouse: ClickHouseClient;
  /** The window's Redis. */
  readonly redis: RedisConnection;
};

/**
 * What the use cases of cases and money work with (resolution/resolution.ts), on the system's servers: the same in every
 * process. Hospitals of the embedded demo that have no gateway or no front-end machine in the configuration have simulated ones
 * (config/demoOutside.ts).
 * @throws DZ_CONFIG_INVALID naming the file, the line and the path of a secret that is not there or no good; and where a
 *   system that is not embedded is told of a simulated outside
 */
export function resolutionParts(
  config: Config,
  env: NodeJS.ProcessEnv,
  { clickhouse, redis }: ResolutionServers,
  clock: Pick<Clock, 'now' | 'wallMs'>,
) {
  // Signatures are weighed by the other side's clock, which is no played one.
  const outside = { now: () => clock.wallMs(), nonce: () => randomBytes(16).toString('hex') };
  const demo = demoOutside(config, env);
  const hdp = new Map<string, HdpAccess>();
  for (const [merchantId, own] of [...demo.sources, ...config.sources]) {
    if (own.raw.hdp) hdp.set(merchantId, hdpAccess(own.raw.hdp, own, env));
  }
  return {
    ledger: clickHouseCaseLedger(clickhouse),
    locks: redisOrderLocks(redis),
    codes: redisVerificationCodes(redis, () => clock.now()),
    notifier: redisNoticeStream(redis),
    offers: redisRefundOffers(redis),
    gateways: openGateways(
      { ...config, refunds: new Map([...demo.refunds, ...config.refunds]) },
      env,
      outside,
    ),
    his: hdpOrders((merchantId) => hdp.get(merchantId) ?? null, outside),
    merchants: config.merchants,
    rulesOf: (merchantId: string) => config.resolution.get(merchantId) ?? DEFAULT_RESOLUTION_RULES,
    healing: clickHouseHealing(clickhouse),
    evidence: clickHouseEvidence(clickhouse),
    payments: paymentQueries(config, env, outside),
    healingRulesOf: (merchantId: string) => config.healing.get(merchantId) ?? HEALING_OFF,
    now: () => clock.now(),
    newId: randomUUID,
    pause: (ms: number) => pause(ms),
  };
}
