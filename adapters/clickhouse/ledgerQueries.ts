import type { ClickHouseClient } from '@clickhouse/client';
import type { LedgerQueries } from '../../domain/apiPorts.ts';
import { exceptionPage } from './exceptionPages.ts';
import { matchRates } from './matchRates.ts';
import { reconciliationPage } from './reconciliationPages.ts';

/** The ledger as the API reads it. Pages go on behind their last item, whatever was written since. */
export function clickHouseLedgerQueries(client: ClickHouseClient): LedgerQueries {
  return {
    reconciliations: (filter) => reconciliationPage(client, filter),
    exceptions: (filter) => exceptionPage(client, filter),
    matchRates: (filter) => matchRates(client, filter),
  };
}
