import { randomBytes } from 'node:crypto';
import { billReader } from '../../adapters/bills/billReader.ts';
import { hasPlatformTrade } from '../../adapters/clickhouse/billFetches.ts';
import { isAway } from '../../adapters/clickhouse/patientLedger.ts';
import { openSources } from '../../adapters/sources/openSources.ts';
import { hasLeft } from '../../domain/merchant.ts';
import { importBill } from '../close/importBill.ts';
import type { CollectParts } from '../collect/billCollector.ts';
import { BillCollector } from '../collect/billCollector.ts';
import { keepCollecting } from '../collect/keepCollecting.ts';
import { DEFAULT_BACK_OFF } from '../collect/schedule.ts';
import type { PipelineParts } from './parts.ts';
import { pauseMs } from '../rounds.ts';

const ROUND_MS = 5_000;
/** What was missed while the system was down is asked for this far back. */
const LOOK_BACK_DAYS = 7;
/** Three calls a second are what WeChat Pay grants its other bill interface. */
const CALL_SPACING_MS = 350;

/**
 * Bills that are fetched from channels and found in folders.
 * @throws DZ_CONFIG_INVALID when a secret is not there
 */
export function billsOf(parts: PipelineParts) {
  const { pino: log, config, clock, metrics, clickhouse, bills, fetches, archive } = parts;
  const now = (): number => clock.now();
  const outside = openSources(config, parts.env, { now, nonce: () => randomBytes(16).toString('hex') });
  const importFetched: CollectParts['importBill'] = async (bill, provenance) => {
    const result = await importBill(bill, {
      store: bills,
      archive,
      readBill: billReader(config.books),
      now,
    });
    const { billId, merchantId, businessDate, book, channel } = result.bill;
    const { status } = result;
    log.info({ merchantId, businessDate, book, channel, billId, status, ...provenance }, 'a bill is in');
    return result;
  };
  return {
    keep(): Promise<void> {
      const collector = new BillCollector({
        plans: outside.sources,
        fetches,
        bills,
        importBill: importFetched,
        isTradeExpected: ({ merchantId, channel, date }) =>
          hasPlatformTrade(clickhouse, merchantId, channel, date),
        now,
        random: Math.random,
        pause: pauseMs,
        lookBackDays: LOOK_BACK_DAYS,
        hasLeft: (merchantId, date) => {
          const merchant = config.merchants.get(merchantId);
          return merchant !== undefined && hasLeft(merchant, date);
        },
        backOff: DEFAULT_BACK_OFF,
        spacingMs: CALL_SPACING_MS,
        onFetch: ({ merchantId, date, book, channel, source, status, code, detail }) => {
          metrics.billFetches.inc({ source, status });
          log.info({ merchantId, date, book, channel, source, status, code, detail }, 'a bill was asked for');
        },
      });
      return keepCollecting({
        collector,
        inboxes: outside.inboxes,
        inboxParts: {
          merchants: config.merchants,
          importBill: importFetched,
          onEnd: (end) => log.info(end, 'a bill was found in a folder'),
        },
        everyMs: parts.atRate(ROUND_MS),
        isAway,
        onAway: (error) => log.warn({ err: error }, 'bills wait: a server does not answer'),
        onBroken: (error) => log.error({ err: error }, 'bills are not taken: this needs a person'),
        signal: parts.stopping.signal,
      });
    },
  };
}
