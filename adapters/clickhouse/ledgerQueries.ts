import type { ClickHouseClient } from '@clickhouse/client';
import type { CertificateQueries, LedgerQueries } from '../../domain/apiPorts.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { clickHouseCertificates } from './certificates.ts';
import { exceptionPage } from './exceptionPages.ts';
import { matchRatePage } from './matchRates.ts';
import { isAway } from './patientLedger.ts';
import { realtimeQuality } from './realtimeQuality.ts';
import { reconciliationById, reconciliationPage } from './reconciliationPages.ts';
import { clickHouseScheduleLedger } from './scheduleLedger.ts';

/** The ledger as the API reads it. Pages go on behind their last item, whatever was written since. */
export function clickHouseLedgerQueries(client: ClickHouseClient): LedgerQueries {
  return {
    reconciliations: (filter) => asked(reconciliationPage(client, filter)),
    reconciliation: (runId) => asked(reconciliationById(client, runId)),
    closeWaits: () => asked(clickHouseScheduleLedger(client, Date.now).waits()),
    exceptions: (filter) => asked(exceptionPage(client, filter)),
    matchRates: (filter) => asked(matchRatePage(client, filter)),
    realtimeQuality: (filter) => asked(realtimeQuality(client, filter)),
  };
}

export function clickHouseCertificateQueries(client: ClickHouseClient): CertificateQueries {
  const certificates = clickHouseCertificates(client);
  return { certificateOfRun: (runId) => asked(certificates.ofRun(runId)) };
}

/** A ledger that is away is no failure of the request, which may be sent again. */
export async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!isAway(error)) throw error;
    throw new DuizhangError(
      'DZ_SYSTEM_LEDGER_AWAY',
      'the ledger (ClickHouse) does not answer; try again in a moment',
      { cause: error },
    );
  }
}
