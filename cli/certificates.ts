import { connectClickHouse } from '../adapters/clickhouse/client.ts';
import { clickHouseCertificates } from '../adapters/clickhouse/certificates.ts';
import { clickHouseBills } from '../adapters/clickhouse/closeBills.ts';
import { clickHouseCloseLedger } from '../adapters/clickhouse/closeLedger.ts';
import { clickHouseLedgerQueries } from '../adapters/clickhouse/ledgerQueries.ts';
import type { RunFile } from '../adapters/process/runFile.ts';
import type { BusinessDate } from '../domain/businessDate.ts';
import type { CloseLedger } from '../domain/closePorts.ts';
import { DuizhangError } from '../domain/errors.ts';
import type { LedgerOfRuns } from '../pipeline/certificates/checkLedger.ts';

/** What a running system holds of its runs, for commands. */
export type Certificates = LedgerOfRuns & {
  readonly ledger: CloseLedger;
  /** @throws DZ_CERTIFICATE_NONE */
  ofDate(merchantId: string, date: BusinessDate): Promise<string>;
  dispose(): Promise<void>;
};

export function openCertificates(run: RunFile): Certificates {
  const client = connectClickHouse(run.clickhouseUrl);
  const archive = clickHouseCertificates(client);
  return {
    archive,
    ledger: clickHouseCloseLedger(client),
    bills: clickHouseBills(client),
    runs: clickHouseLedgerQueries(client),
    async ofDate(merchantId, date) {
      const document = await archive.ofDate(merchantId, date);
      if (document !== null) return document;
      throw new DuizhangError(
        'DZ_CERTIFICATE_NONE',
        `${merchantId} has no certificate of ${date}; close the day first: ./duizhang close --merchant ${merchantId} --date ${date}`,
      );
    },
    dispose: () => client.close(),
  };
}
