import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { redisMoneyEpoch } from '../../adapters/redis/money/orderLocks.ts';
import { resolutionParts } from '../../adapters/resolutionParts.ts';
import { keepHealing, SelfHealing } from '../../resolution/healing/keepHealing.ts';
import { keepResolution } from '../../resolution/keepResolution.ts';
import type { PipelineParts } from './parts.ts';

const CASES_ROUND_MS = 3_000;
const HEALING_ROUND_MS = 5_000;
/** The lock of an order lives 60 s. */
const LOCKED_LEDGER_ANSWERS_WITHIN_MS = 25_000;

/** Cases and the money that their actions move. */
export function moneyOf(parts: PipelineParts) {
  const { pino: log, config, clock, metrics, windowRedis, rest, stopping } = parts;
  // While an order is locked: what is not answered by then may not be written any more when the lock is over.
  const lockedLedger = connectClickHouse(parts.clickhouseUrl, LOCKED_LEDGER_ANSWERS_WITHIN_MS);
  const servers = { clickhouse: lockedLedger, redis: windowRedis };
  const resolution = resolutionParts(config, parts.env, servers, clock);
  return {
    /** Cases follow the verdicts, and refunds are followed to their end. */
    keepCases(): Promise<void> {
      return keepResolution({
        deps: { ...resolution, pause: rest },
        epoch: redisMoneyEpoch(windowRedis, () => clock.now()),
        everyMs: CASES_ROUND_MS,
        signal: stopping.signal,
        onFailed: (error) =>
          log.warn({ err: error }, 'cases and refunds wait: tried again in the next round'),
        onStuck: (order, error) => log.warn({ ...order, code: error.code }, error.message),
        onRound: ({ written, ended }) => {
          metrics.caseRows.inc(written);
          metrics.refundsEnded.inc(ended);
        },
      });
    },
    /** Refunds that hospitals let the system begin by itself; of the others nothing is looked at. */
    keepHealing(): Promise<void> {
      const healing = new SelfHealing(resolution, {
        onConsidered: ({ merchantId, caseId, kind, reason, isNew, result }) => {
          if (!isNew) return;
          metrics.healingDecisions.inc({ decision: kind, reason });
          const outcome = result?.state ?? null;
          log.info({ merchantId, caseId, decision: kind, reason, outcome }, 'self-healing decided');
        },
        onStuck: (order, error) => log.warn({ ...order, code: error.code }, error.message),
      });
      return keepHealing({
        healing,
        everyMs: parts.atRate(HEALING_ROUND_MS),
        pause: rest,
        signal: stopping.signal,
        onFailed: (error) => log.warn({ err: error }, 'self-healing waits: tried again in the next round'),
      });
    },
    close: () => lockedLedger.close(),
  };
}
