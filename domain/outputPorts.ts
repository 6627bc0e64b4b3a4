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
  /** In the brokers' hands when its `write` resolves, which may go on after a failure; changes of one order stay in their order. */
  newVerdictBatch(): RowBatch<VersionedVerdict>;
  writeAlerts(alerts: readonly Alert[]): Promise<void>;
  close(): Promise<void>;
}

/** In this order: changes of one instant by alert and version. */
export type ChangePlace = Pick<Alert, 'updatedAtMs' | 'alertId' | 'version'>;

/** What the ledger has of alerts, change by change. */
export interface AlertChanges {
  /** Every version behind a place, the oldest first. */
  alertChangesBehind(place: ChangePlace, most: number): Promise<readonly Alert[]>;
}

/** Up to when alerts were told to others. */
export interface AlertsSent {
  /** null: nobody knows. */
  read(): Promise<number | null>;
  set(untilMs: number): Promise<void>;
}
