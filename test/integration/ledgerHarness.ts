import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Entry } from '../../domain/entry.ts';
import type { LoggedEntry, RealtimeLedger } from '../../domain/ledgerPorts.ts';
import type { Reconciliation, VersionedVerdict } from '../../domain/ports.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { connectEngine, startMigratedEngine } from '../services/index.ts';

/** A migrated ledger of a test's own on the real engine. */
export type TestLedger = AsyncDisposable & {
  readonly url: string;
  readonly client: ClickHouseClient;
  rows<T>(sql: string): Promise<T[]>;
};

export async function startLedger(): Promise<TestLedger> {
  const dir = await mkdtemp(join(tmpdir(), 'duizhang-ledger-'));
  const engine = await startMigratedEngine({ dir });
  const client = connectEngine(engine);
  return {
    url: engine.url,
    client,
    async rows<T>(sql: string) {
      return (await client.query({ query: sql, format: 'JSONEachRow' })).json<T>();
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await engine.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export async function insertEntries(ledger: RealtimeLedger, entries: readonly LoggedEntry[]): Promise<void> {
  const batch = ledger.newEntryBatch();
  for (const entry of entries) batch.add(entry);
  await batch.write();
}

export async function insertVerdicts(
  ledger: RealtimeLedger,
  verdicts: readonly VersionedVerdict[],
): Promise<void> {
  const batch = ledger.newVerdictBatch();
  for (const verdict of verdicts) batch.add(verdict);
  await batch.write();
}

export const NOON_MS = Date.UTC(2026, 2, 9, 4);

/** A platform payment event; override what matters. */
export function eventEntry(more: Partial<Entry> = {}): Entry {
  return {
    book: 'PLATFORM',
    merchantId: 'H001',
    kind: 'PAYMENT',
    orderNo: 'YT1',
    refundNo: null,
    channel: 'WECHAT',
    channelTxnNo: '4200001',
    hisOrderNo: null,
    amountFen: 2500n,
    occurredAtMs: NOON_MS,
    businessDate: '2026-03-09',
    businessType: '门诊',
    source: 'EVENT',
    sourceRef: 'ev-1',
    ...more,
  };
}

/** A realtime verdict without counterpart; override what matters. */
export function aVerdict(more: Partial<Verdict> = {}): Verdict {
  return {
    mode: 'REALTIME',
    merchantId: 'H001',
    kind: 'PAYMENT',
    orderNo: 'YT1',
    refundNo: null,
    keyPart: 'P',
    code: 'PLATFORM_ONLY',
    businessDate: '2026-03-09',
    channel: 'WECHAT',
    businessType: '门诊',
    sides: {
      MERCHANT: null,
      PLATFORM: {
        amountFen: 2500n,
        businessDate: '2026-03-09',
        occurredAtMs: NOON_MS,
        channel: 'WECHAT',
        identities: [{ identity: '4200001', amountFen: 2500n }],
        conflict: false,
      },
      CHANNEL: null,
    },
    possiblyCrossDay: false,
    amountConflict: false,
    channelConflict: false,
    ambiguousRefund: false,
    split: false,
    surplusFen: null,
    possibleDuplicateOf: null,
    mergedReceipt: null,
    ...more,
  };
}

/** A published run; override what matters. */
export function aRun(more: Partial<Reconciliation> = {}): Reconciliation {
  return {
    runId: 'r1',
    merchantId: 'H001',
    businessDate: '2026-03-09',
    mode: 'THREE_WAY',
    outcome: 'BALANCED',
    reasons: [],
    details: {},
    bills: [],
    operator: 'test',
    startedAtMs: NOON_MS,
    endedAtMs: NOON_MS + 1500,
    token: 1n,
    books: {},
    verdicts: {},
    merkleRoot: 'ab'.repeat(32),
    positions: {},
    ...more,
  };
}
