import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseCloseLedger } from '../../adapters/clickhouse/closeLedger.ts';
import { clickHouseRealtimeLedger } from '../../adapters/clickhouse/realtimeLedger.ts';
import { clickHouseLedgerQueries } from '../../adapters/clickhouse/ledgerQueries.ts';
import { qualityOf } from '../../domain/realtimeQuality.ts';
import type { Side, Verdict, VerdictCode } from '../../domain/verdict.ts';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import type { TestLedger } from './ledgerHarness.ts';
import { NOON_MS, aRun, aVerdict, insertVerdicts, startLedger } from './ledgerHarness.ts';

let system: TestLedger;

beforeAll(async () => {
  system = await startLedger();
});
afterAll(() => system[Symbol.asyncDispose]());

const MINUTE_MS = 60_000;

function side(afterMs = 0, amountFen = 2500n): Side {
  const identities = [{ identity: 'i', amountFen }];
  return {
    amountFen,
    businessDate: '2026-03-09',
    occurredAtMs: NOON_MS + afterMs,
    channel: null,
    identities,
    conflict: false,
  };
}

/** What a key looks like when the merchant's line came so long after the platform's; null: never. */
function sides(merchantAfterMs: number | null): Verdict['sides'] {
  return {
    MERCHANT: merchantAfterMs === null ? null : side(merchantAfterMs),
    PLATFORM: side(),
    CHANNEL: null,
  };
}

test('what realtime told is weighed against the close: how much stood, and how long a window the rest needed', async () => {
  const realtime = clickHouseRealtimeLedger(system.client);
  const close = clickHouseCloseLedger(system.client);
  const said = async (orderNo: string, code: VerdictCode, merchantAfterMs: number | null, version: bigint) =>
    insertVerdicts(realtime, [
      { verdict: aVerdict({ orderNo, code, sides: sides(merchantAfterMs) }), version, span: 0 },
    ]);
  const final: { verdict: Verdict; refersTo: null }[] = [];
  const ends = (
    orderNo: string,
    code: VerdictCode,
    more: Partial<Verdict['sides']> = {},
    surplusFen: bigint | null = null,
  ) => {
    const sidesOfRun = { ...sides(1000), CHANNEL: side(), ...more };
    final.push({
      verdict: aVerdict({ mode: 'THREE_WAY', orderNo, code, sides: sidesOfRun, surplusFen }),
      refersTo: null,
    });
  };
  for (let time = 0; time < 2; time += 1) {
    await said('matched', 'MATCHED', 1000, 5119n);
    await said('crossDay', 'CROSS_DAY', 1000, 5119n);
    await said('noChannel', 'MATCHED', 1000, 5119n);
    await said('stays', 'PLATFORM_ONLY', null, 3072n);
    for (const minutes of [6, 7, 8, 90]) {
      await said(`late${minutes}`, 'PLATFORM_ONLY', null, 3072n);
      await said(`late${minutes}`, 'MATCHED', minutes * MINUTE_MS, 5119n);
    }
    await said('billOnly', 'PLATFORM_ONLY', null, 3072n);
    await said('unknown', 'PLATFORM_ONLY', null, 3072n);
    await said('twice', 'DUPLICATE', 1000, 7167n);
  }
  ends('matched', 'MATCHED');
  ends('crossDay', 'CROSS_DAY');
  ends('noChannel', 'MERCHANT_ONLY', { CHANNEL: null });
  ends('stays', 'CHANNEL_ONLY', { MERCHANT: null });
  for (const minutes of [6, 7, 8, 90]) ends(`late${minutes}`, 'MATCHED');
  ends('billOnly', 'MATCHED', { MERCHANT: side(30 * MINUTE_MS) });
  ends('twice', 'OFFSET', {}, 2500n);
  ends('hisOnly', 'MERCHANT_ONLY', { PLATFORM: null, CHANNEL: null });
  const run = aRun();
  for (let time = 0; time < 2; time += 1) {
    await close.writeVerdicts(run, final);
    // Before readers see the run: its certificate is drafted by then.
    await close.storeRealtimeWords(run);
    await close.publish(run);
  }
  const needed = { p50Ms: 8 * MINUTE_MS, p95Ms: 90 * MINUTE_MS, p99Ms: 90 * MINUTE_MS };
  const none = { p50Ms: null, p95Ms: null, p99Ms: null };
  const queries = clickHouseLedgerQueries(system.client);
  const span = { from: '2026-03-09', to: '2026-03-09' };
  const expected = [
    {
      merchantId: 'H001',
      businessDate: '2026-03-09',
      verdicts: 11,
      stood: 5,
      needed,
      byType: [
        { type: 'MATCHED', verdicts: 3, stood: 3, needed: none },
        { type: 'PLATFORM_ONLY', verdicts: 7, stood: 1, needed },
        { type: 'DUPLICATE', verdicts: 1, stood: 1, needed: none },
      ],
    },
  ];
  expect(await queries.realtimeQuality(WHOLE_LEDGER, span)).toEqual(expected);
  for (const table of ['verdicts', 'realtime_told', 'reconciliations']) {
    await system.client.command({ query: `OPTIMIZE TABLE ${table} FINAL` });
  }
  expect(await queries.realtimeQuality(WHOLE_LEDGER, { ...span, merchantId: 'H001' })).toEqual(expected);
  expect(await queries.realtimeQuality(WHOLE_LEDGER, { ...span, merchantId: 'H002' })).toEqual([]);

  const [{ merchantId, businessDate, ...quality } = {}] = expected;
  expect([merchantId, businessDate]).toEqual([run.merchantId, run.businessDate]);
  expect(qualityOf(await close.realtimeWords(run))).toEqual(quality);
  // A counterpart that comes after the close changes what is known now, not what the run had seen.
  await said('stays', 'MATCHED', 120 * MINUTE_MS, 5119n);
  const [now] = await queries.realtimeQuality(WHOLE_LEDGER, span);
  expect(now?.needed).toEqual(needed);
  expect(qualityOf(await close.realtimeWords(run))).toEqual(quality);
  expect(await close.realtimeWords({ ...run, runId: 'another' })).toEqual([]);
});
