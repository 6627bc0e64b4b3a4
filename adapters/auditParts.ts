import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { RedisConnection } from './redis/connect.ts';
import type { AuditEntry, AuditKind } from '../domain/auditEntry.ts';
import { ClickHouseAuditTrail } from './clickhouse/auditTrail.ts';
import { connectClickHouse } from './clickhouse/client.ts';
import type { ConfigChange } from './config/liveConfig.ts';
import { redisAuditHeads } from './redis/auditHeads.ts';

const LEDGER_ANSWERS_WITHIN_MS = 5_000;

export type ProcessAudit = {
  readonly trail: ClickHouseAuditTrail;
  /** Something that the process itself does or meets; it is written as soon as that is possible. */
  note(kind: AuditKind, said: AuditEntry['said'], merchants?: readonly string[]): void;
  close(): Promise<void>;
};

export type ProcessAuditParts = {
  /** 'api', 'pipeline'. */
  readonly process: string;
  readonly clickhouseUrl: string;
  /** Keeps the heads of its chains. */
  readonly heads: RedisConnection;
  readonly onAway: (error: unknown) => void;
};

/** The audit trail of a process that runs. */
export function processAudit({
  process: name,
  clickhouseUrl,
  heads,
  onAway,
}: ProcessAuditParts): ProcessAudit {
  const client = connectClickHouse(clickhouseUrl, LEDGER_ANSWERS_WITHIN_MS);
  const writer = `${name}-${randomUUID()}`;
  const trail = new ClickHouseAuditTrail({ client, heads: redisAuditHeads(heads), writer, onAway });
  return {
    trail,
    note(kind, said, merchants = []) {
      const about = { who: name, via: 'SYSTEM', from: hostname(), what: `process ${name}` } as const;
      const entry = { ...about, kind, said, merchants, status: null, actionId: '', atMs: Date.now() };
      // Whoever waits learns of a ledger that is away by `onAway`; the entry stays in the queue until it is written.
      trail.record(entry).catch(onAway);
    },
    async close() {
      await trail.close();
      await client.close();
    },
  };
}

/** What a change of the configuration is recorded as. */
export function configChangeSaid(change: ConfigChange): AuditEntry['said'] {
  const { before, after, revisions, merchants, settings } = change;
  return { before, after, revisions, merchants, needsRestart: settings };
}
