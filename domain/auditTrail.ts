import type { Scope } from './scope.ts';
import type { Page } from './apiPorts.ts';
import type { AuditEntry, AuditHead, AuditKind, AuditRow } from './auditEntry.ts';
import type { BusinessDate } from './businessDate.ts';

/** Where a process records. */
export type AuditTrail = {
  /**
   * Comes back when the entry is on disk and acknowledged; whatever it is about waits for that.
   * @throws DZ_SYSTEM_AUDIT_AWAY after some seconds; it is written all the same as soon as that is possible
   */
  record(entry: AuditEntry): Promise<void>;
  /** @throws DZ_SYSTEM_AUDIT_AWAY while what was recorded before is not written: nothing more is begun then */
  assertWritable(): void;
};

/** How far each chain came, kept apart from the chains: whoever can take rows away there cannot take that away with them. */
export type AuditHeads = {
  acknowledge(head: AuditHead): Promise<void>;
  all(): Promise<ReadonlyMap<string, AuditHead>>;
};

export type AuditFilter = {
  /** Dates in Asia/Shanghai. */
  readonly from?: BusinessDate;
  readonly to?: BusinessDate;
  readonly user?: string;
  readonly kind?: AuditKind;
  readonly merchantId?: string;
  readonly cursor?: string;
  readonly limit: number;
};

export type AuditQueries = {
  /** The newest first; entries of several hospitals, or of none, only for those who may see all of them. */
  entries(scope: Scope, filter: AuditFilter): Promise<Page<AuditRow>>;
};

export type AuditChains = {
  /** Every row, by writer and place. */
  rows(): AsyncIterable<AuditRow>;
};
