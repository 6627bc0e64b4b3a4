// Closes the samples' day in the system of a data folder and kills itself with -9 between publication and certificate:
// node test/integration/killedClose.ts DATA_DIR RUN_ID
import { Redis } from 'ioredis';
import { clickHouseFetchLog } from '../../adapters/clickhouse/billFetches.ts';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { clickHouseCertificates } from '../../adapters/clickhouse/certificates.ts';
import { clickHouseBills } from '../../adapters/clickhouse/closeBills.ts';
import { clickHouseCloseLedger } from '../../adapters/clickhouse/closeLedger.ts';
import { readRunFile } from '../../adapters/process/runFile.ts';
import { redisTokenIssuer } from '../../adapters/redis/lease.ts';
import { closeDay } from '../../pipeline/close/closeDay.ts';
import { SAMPLE_MERCHANT } from './closeHarness.ts';

const [dataDir = '', runId = ''] = process.argv.slice(2);
const run = readRunFile(dataDir);
const client = connectClickHouse(run.clickhouseUrl);
await closeDay(
  { merchant: SAMPLE_MERCHANT, date: '2026-03-09', runId, operator: 'test' },
  {
    ledger: clickHouseCloseLedger(client),
    bills: clickHouseBills(client),
    fetches: clickHouseFetchLog(client),
    tokens: redisTokenIssuer(new Redis(run.windowRedisUrl)),
    gate: { waitUntilStored: async () => ({ positions: {} }) },
    certifier: {
      prepare: (draft) => clickHouseCertificates(client).prepare(draft),
      certify: async () => void process.kill(process.pid, 'SIGKILL'),
    },
    now: () => Date.UTC(2026, 2, 10, 4),
  },
);
