import { connectClickHouse } from './client.ts';

/** Longer is no answer. */
const ANSWERS_WITHIN_MS = 3_000;

/** Asks whether the ledger answers this machine, beside connections on which work may be waiting. */
export type LedgerProbe = {
  readonly doesAnswer: () => Promise<boolean>;
  readonly close: () => Promise<void>;
};

/** @param url as of connectClickHouse */
export function ledgerProbe(url: string): LedgerProbe {
  const client = connectClickHouse(url, ANSWERS_WITHIN_MS);
  return {
    doesAnswer: async () => (await client.ping()).success,
    close: () => client.close(),
  };
}
