import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { openArchive } from '../adapters/archive/openArchive.ts';
import { billReader } from '../adapters/bills/billReader.ts';
import { clickHouseFetchLog } from '../adapters/clickhouse/billFetches.ts';
import { connectClickHouse } from '../adapters/clickhouse/client.ts';
import { clickHouseCertificates } from '../adapters/clickhouse/certificates.ts';
import { clickHouseBills } from '../adapters/clickhouse/closeBills.ts';
import { clickHouseCloseLedger } from '../adapters/clickhouse/closeLedger.ts';
import { clickHouseRealtimeLedger } from '../adapters/clickhouse/realtimeLedger.ts';
import { systemClock } from '../adapters/clock/playbackClock.ts';
import type { Config } from '../adapters/config/loadConfig.ts';
import { signerOf } from '../adapters/files/signingKey.ts';
import { openLog } from '../adapters/openLog.ts';
import type { RunFile } from '../adapters/process/runFile.ts';
import { connectRedis } from '../adapters/redis/connect.ts';
import { redisChainLock, redisTokenIssuer } from '../adapters/redis/lease.ts';
import { RedisHeartbeatBoard } from '../adapters/redis/window/heartbeatBoard.ts';
import { RedisWindow } from '../adapters/redis/window/redisWindow.ts';
import type { BusinessDate } from '../domain/businessDate.ts';
import type { Merchant } from '../domain/merchant.ts';
import { certifier } from '../pipeline/close/certifier.ts';
import { closeDay } from '../pipeline/close/closeDay.ts';
import type { ClosedDay } from '../pipeline/close/closedDay.ts';
import { closedDay } from '../pipeline/close/closedDay.ts';
import type { BillToImport, ImportResult } from '../pipeline/close/importBill.ts';
import type { HandleBill } from '../pipeline/close/handleBill.ts';
import { billHandler } from '../pipeline/close/handleBill.ts';
import { importBill } from '../pipeline/close/importBill.ts';
import { closeGate } from '../pipeline/join/closeGate.ts';
import { waitUntilStored } from '../pipeline/join/gate.ts';

export type CloseWish = {
  readonly merchant: Merchant;
  readonly date: BusinessDate;
  readonly operator: string;
  /** See CloseRequest. */
  readonly reason?: string;
  /** Real milliseconds to wait for the stream to be stored. */
  readonly patienceMs: number;
  readonly onWaiting: (reason: string) => void;
};

/** Bills and closes of a running system, for commands. */
export type Closing = {
  importBill(bill: BillToImport): Promise<ImportResult>;
  readonly handleBill: HandleBill;
  /** @throws DZ_CLOSE_NOT_READY when patience runs out, and what closeDay throws */
  close(wish: CloseWish): Promise<ClosedDay>;
  /** Waits until event time has passed an instant and everything before it is in the ledger, verdicts and all. */
  untilStored(eventTimeMs: number, waiting: Pick<CloseWish, 'patienceMs' | 'onWaiting'>): Promise<void>;
  dispose(): Promise<void>;
};

/** @param env holds the keys of an archive that needs some */
export function openClosing(run: RunFile, config: Config, env: NodeJS.ProcessEnv = process.env): Closing {
  const clickhouse = connectClickHouse(run.clickhouseUrl);
  const windowRedis = connectRedis(run.windowRedisUrl);
  const opened = openLog({
    url: run.logUrl,
    config,
    env,
    process: 'cli',
    onWarning: () => undefined,
  });
  const { log } = opened;
  const ledger = clickHouseCloseLedger(clickhouse);
  const bills = clickHouseBills(clickhouse);
  const readBill = billReader(config.books);
  const gateParts = {
    log,
    window: new RedisWindow(windowRedis, { slots: config.slots }),
    ledger: clickHouseRealtimeLedger(clickhouse),
    board: new RedisHeartbeatBoard(windowRedis),
    clock: systemClock(),
    pause: (ms: number): Promise<void> => pause(ms),
  };
  return {
    importBill(bill) {
      const archive = openArchive(config.archive, run.dataDir, env);
      return importBill(bill, { store: bills, archive, readBill, now: Date.now });
    },
    handleBill: billHandler(bills, Date.now),
    async close({ merchant, date, operator, reason, ...waiting }) {
      const reconciliation = await closeDay(
        {
          merchant,
          date,
          runId: randomUUID(),
          operator,
          ...(reason === undefined ? {} : { reason }),
        },
        {
          ledger,
          bills,
          fetches: clickHouseFetchLog(clickhouse),
          tokens: redisTokenIssuer(windowRedis),
          gate: closeGate(gateParts, config.merchants, waiting),
          certifier: certifier({
            store: clickHouseCertificates(clickhouse),
            signer: signerOf(run.signingKeyPath),
            lock: redisChainLock(windowRedis, randomUUID),
            pause: gateParts.pause,
          }),
          now: Date.now,
        },
      );
      return closedDay(reconciliation, ledger);
    },
    async untilStored(eventTimeMs, waiting) {
      await waitUntilStored(gateParts, { ...waiting, eventTimeMs });
    },
    async dispose() {
      await opened.close();
      windowRedis.disconnect();
      await clickhouse.close();
    },
  };
}
