import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseCloseLedger } from '../../adapters/clickhouse/closeLedger.ts';
import { clickHouseOverview } from '../../adapters/clickhouse/overview.ts';
import { clickHouseRealtimeLedger } from '../../adapters/clickhouse/realtimeLedger.ts';
import type { Entry } from '../../domain/entry.ts';
import { Scope, WHOLE_LEDGER } from '../../domain/scope.ts';
import type { TestLedger } from './ledgerHarness.ts';
import {
  NOON_MS,
  aRun,
  aVerdict,
  eventEntry,
  insertEntries,
  insertVerdicts,
  startLedger,
} from './ledgerHarness.ts';

const MINUTE = 60_000;
const TODAY = '2026-03-09';
let system: TestLedger;

beforeAll(async () => {
  system = await startLedger();
  const realtime = clickHouseRealtimeLedger(system.client);
  const close = clickHouseCloseLedger(system.client);
  const verdicts = [
    aVerdict({ orderNo: 'A' }),
    aVerdict({ orderNo: 'B', code: 'MATCHED' }),
    aVerdict({ orderNo: 'C', merchantId: 'H002' }),
    // Yesterday's, which its close has judged anew.
    aVerdict({ orderNo: 'D', businessDate: '2026-03-08' }),
  ];
  await insertVerdicts(
    realtime,
    verdicts.map((verdict) => ({ verdict, version: 3n, span: 0 })),
  );
  const run = aRun({ businessDate: '2026-03-08' });
  const left = aVerdict({
    orderNo: 'E',
    businessDate: '2026-03-08',
    mode: 'THREE_WAY',
    code: 'CHANNEL_ONLY',
  });
  await close.writeVerdicts(run, [{ verdict: left, refersTo: null }]);
  await close.publish(run);
  const entry = (more: Partial<Entry>, position: number) => ({
    entry: eventEntry(more),
    partition: 'payments/0',
    position,
    late: false,
  });
  await insertEntries(realtime, [
    entry({ orderNo: 'A' }, 1),
    entry({ orderNo: 'B' }, 2),
    entry({ orderNo: 'B', book: 'MERCHANT', occurredAtMs: NOON_MS + MINUTE }, 3),
    // Before the last hour, and of the clock's future.
    entry({ orderNo: 'X', occurredAtMs: NOON_MS - 70 * MINUTE }, 4),
    entry({ orderNo: 'Y', occurredAtMs: NOON_MS + 9 * MINUTE }, 5),
  ]);
});
afterAll(() => system[Symbol.asyncDispose]());

const asked = (scope: Scope, merchantId?: string) =>
  clickHouseOverview(system.client).overview(scope, {
    date: TODAY,
    nowMs: NOON_MS + 5 * MINUTE,
    ...(merchantId === undefined ? {} : { merchantId }),
  });

test('what is open is counted by hospital, with its sum and its oldest date; closed dates by their close', async () => {
  expect((await asked(WHOLE_LEDGER)).open).toEqual([
    { merchantId: 'H001', count: 2, amountFen: 5000n, oldestDate: '2026-03-08' },
    { merchantId: 'H002', count: 1, amountFen: 2500n, oldestDate: TODAY },
  ]);
});

test('today goes by its hours, the last hour by its minutes', async () => {
  const { hours, minutes } = await asked(WHOLE_LEDGER, 'H001');
  expect(hours).toEqual([{ hour: 12, verdicts: 2, matched: 1 }]);
  expect(minutes).toEqual([
    { atMs: NOON_MS, platform: 2, merchant: 0 },
    { atMs: NOON_MS + MINUTE, platform: 0, merchant: 1 },
  ]);
});

test('a feed is told with its newest and how far behind it comes', async () => {
  const { feeds } = await asked(WHOLE_LEDGER);
  expect(feeds.map(({ merchantId, book, newestMs }) => [merchantId, book, newestMs])).toEqual([
    ['H001', 'MERCHANT', NOON_MS + MINUTE],
    ['H001', 'PLATFORM', NOON_MS + 9 * MINUTE],
  ]);
  for (const { heardMs, lagMs, newestMs } of feeds) {
    expect(heardMs).toBeGreaterThan(newestMs);
    expect(lagMs).toBeGreaterThan(0);
  }
});

test('of a hospital that sent something its first and last date are told, of another nothing', async () => {
  const { connected } = await asked(WHOLE_LEDGER);
  expect(connected).toEqual([{ merchantId: 'H001', firstDate: TODAY, lastDate: TODAY }]);
});

test('nothing is told of hospitals beyond the reach', async () => {
  const other = Scope.of({ merchants: new Set(['H003']) });
  expect(await asked(other)).toEqual({ open: [], hours: [], minutes: [], feeds: [], connected: [] });
});
