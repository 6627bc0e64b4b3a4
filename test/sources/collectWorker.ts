// Fetches bills as the pipeline does, for tests that kill it: node collectWorker.ts, with its wishes in the environment.
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { openArchive } from '../../adapters/archive/openArchive.ts';
import { readBill } from '../../adapters/bills/readBill.ts';
import { clickHouseFetchLog } from '../../adapters/clickhouse/billFetches.ts';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { clickHouseBills } from '../../adapters/clickhouse/closeBills.ts';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { openSources } from '../../adapters/sources/openSources.ts';
import { importBill } from '../../pipeline/close/importBill.ts';
import type { CollectParts } from '../../pipeline/collect/billCollector.ts';
import { BillCollector } from '../../pipeline/collect/billCollector.ts';
import { keepCollecting } from '../../pipeline/collect/keepCollecting.ts';
import { DEFAULT_BACK_OFF } from '../../pipeline/collect/schedule.ts';

const { CONFIG = '', DATA = '', LEDGER = '', NOW_MS = '' } = process.env;
const now = (): number => Number(NOW_MS);
const config = loadConfig(CONFIG);
const client = connectClickHouse(LEDGER);
const store = clickHouseBills(client);
const archive = openArchive(config.archive, DATA, process.env);
const nonce = (): string => randomBytes(16).toString('hex');
const { sources, inboxes } = openSources(config, process.env, { now, nonce });
const importFetched: CollectParts['importBill'] = (bill) =>
  importBill(bill, { store, archive, readBill, now });
await keepCollecting({
  collector: new BillCollector({
    plans: sources,
    fetches: clickHouseFetchLog(client),
    bills: store,
    importBill: importFetched,
    isTradeExpected: async () => false,
    now,
    random: () => 0,
    pause: (ms) => pause(ms),
    lookBackDays: 2,
    hasLeft: () => false,
    backOff: DEFAULT_BACK_OFF,
    spacingMs: 0,
    onFetch: () => undefined,
  }),
  inboxes,
  inboxParts: { merchants: config.merchants, importBill: importFetched, onEnd: () => undefined },
  everyMs: 5,
  isAway: () => false,
  onAway: () => undefined,
  onBroken: (error) => {
    throw error;
  },
  signal: new AbortController().signal,
});
