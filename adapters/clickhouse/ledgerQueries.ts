import type { ClickHouseClient } from '@clickhouse/client';
import type { CertificateQueries, LedgerQueries } from '../../domain/apiPorts.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { certificateOfRun } from './certificates.ts';
import { exceptionPage } from './exceptionPages.ts';
import { matchRatePage } from './matchRates.ts';
import { isAway } from './patientLedger.ts';
import { realtimeQuality } from './realtimeQuality.ts';
import { reconciliationById, reconciliationPage } from './reconciliationPages.ts';
import { runSummary } from './runSummaries.ts';
import { closeWaits } from './scheduleLedger.ts';

/** The ledger as the API reads it. Pages go on behind their last item, whatever was written since. */
export function clickHouseLedgerQueries(client: ClickHouseClient): LedgerQueries {
  return {
    reconciliations: (scope, filter) => asked(reconciliationPage(client, scope, filter)),
    reconciliation: (scope, runId) => asked(reconciliationById(client, scope, runId)),
    runSummary: (scope, runId) => asked(runSummary(client, scope, runId)),
    closeWaits: (scope) => asked(closeWaits(client, scope)),
    exceptions: (scope, filter) => asked(exceptionPage(client, scope, filter)),
    matchRates: (scope, filter) => asked(matchRatePage(client, scope, filter)),
    realtimeQuality: (scope, filter) => asked(realtimeQuality(client, scope, filter)),
  };
}

export function clickHouseCertificateQueries(client: ClickHouseClient): CertificateQueries {
  return { certificateOfRun: (scope, runId) => asked(certificateOfRun(client, scope, runId)) };
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
