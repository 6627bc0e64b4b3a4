import type { Alert } from './alert.ts';
import type { RowBatch } from './ledgerPorts.ts';
import type { VersionedVerdict } from './ports.ts';

// What others may read along: topics that the system writes and never reads.

export const OUTPUT_TOPICS = ['verdicts', 'alerts'] as const;
export type OutputTopic = (typeof OUTPUT_TOPICS)[number];

/** Everything is at least once; each change has an id by which repeats are dropped. */
export interface Outputs {
  /** Before the first write: the topics are there, and can be written to. */
  prepare(): Promise<void>;
  /** In the brokers' hands when its `write` resolves; changes of one order stay in their order. */
  newVerdictBatch(): RowBatch<VersionedVerdict>;
  writeAlerts(alerts: readonly Alert[]): Promise<void>;
  close(): Promise<void>;
}

/** What the ledger has of alerts, change by change. */
export interface AlertChanges {
  /** Every version since the instant, the oldest first. */
  alertChangesSince(updatedSinceMs: number): Promise<readonly Alert[]>;
}

/** Up to when alerts were told to others. */
export interface AlertsSent {
  /** null: nobody knows. */
  read(): Promise<number | null>;
  set(untilMs: number): Promise<void>;
}
