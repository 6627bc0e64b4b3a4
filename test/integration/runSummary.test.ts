import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseCloseLedger } from '../../adapters/clickhouse/closeLedger.ts';
import { clickHouseLedgerQueries } from '../../adapters/clickhouse/ledgerQueries.ts';
import type { CaseStatus, LedgerQueries } from '../../domain/apiPorts.ts';
import { caseIdOf } from '../../domain/caseId.ts';
import type { CloseLedger } from '../../domain/closePorts.ts';
import { Scope, WHOLE_LEDGER } from '../../domain/scope.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { TestLedger } from './ledgerHarness.ts';
import { aRun, aVerdict, startLedger } from './ledgerHarness.ts';

let system: TestLedger;
let close: CloseLedger;
let queries: LedgerQueries;

beforeAll(async () => {
  system = await startLedger();
  close = clickHouseCloseLedger(system.client);
  queries = clickHouseLedgerQueries(system.client);
});
afterAll(() => system[Symbol.asyncDispose]());

/** Written twice, as a restart would. */
async function closed(run: ReturnType<typeof aRun>, ...verdicts: readonly Partial<Verdict>[]): Promise<void> {
  const { merchantId, businessDate, mode } = run;
  const rows = verdicts.map((more) => ({
    verdict: aVerdict({ merchantId, businessDate, mode, ...more }),
    refersTo: null,
  }));
  for (let time = 0; time < 2; time += 1) {
    await close.writeVerdicts(run, rows);
    await close.publish(run);
  }
}

async function setCase(orderNo: string, status: CaseStatus): Promise<void> {
  const value = {
    case_id: caseIdOf('H001', orderNo, 'P'),
    merchant_id: 'H001',
    order_no: orderNo,
    key_part: 'P',
    status,
    version: 1,
  };
  await system.client.insert({ table: 'exceptions', values: [value], format: 'JSONEachRow' });
}

test('a run is summed by verdict, kind and channel, and its exceptions by what the list says of them', async () => {
  await closed(
    aRun({ runId: 's1', token: 1n }),
    { orderNo: 'A' },
    { orderNo: 'B' },
    { orderNo: 'C' },
    { orderNo: 'D', code: 'MATCHED' },
    { orderNo: 'E', code: 'MATCHED', channel: 'ALIPAY' },
  );
  await setCase('B', 'RESOLVED');
  const summary = await queries.runSummary(WHOLE_LEDGER, 's1');
  expect(summary?.published).toBe(true);
  expect(
    summary?.shares.map(({ code, channel, count, fen }) => [code, channel, count, fen.PLATFORM]),
  ).toEqual([
    ['MATCHED', 'ALIPAY', 1, 2500n],
    ['MATCHED', 'WECHAT', 1, 2500n],
    ['PLATFORM_ONLY', 'WECHAT', 3, 7500n],
  ]);
  expect(summary?.shares.at(-1)?.fen.CHANNEL).toBeNull();
  expect(summary?.cases).toEqual({ OPEN: 2, IN_PROGRESS: 0, PENDING_APPROVAL: 0, RESOLVED: 1, HEALED: 0 });
  const { items } = await queries.exceptions(WHOLE_LEDGER, { mode: 'THREE_WAY', limit: 9 });
  expect(items.filter(({ status }) => status === 'OPEN')).toHaveLength(2);
});

test('a run that another one has replaced says so, and what it took for exceptions has healed', async () => {
  await closed(aRun({ runId: 't1', businessDate: '2026-03-11' }), { orderNo: 'T' });
  await closed(aRun({ runId: 't2', businessDate: '2026-03-11', token: 2n }), {
    orderNo: 'T',
    code: 'MATCHED',
  });
  const former = await queries.runSummary(WHOLE_LEDGER, 't1');
  expect([former?.published, former?.cases.OPEN, former?.cases.HEALED]).toEqual([false, 0, 1]);
  expect((await queries.runSummary(WHOLE_LEDGER, 't2'))?.published).toBe(true);
});

test('of another hospital, or of no run, there is none', async () => {
  const other = Scope.of({ merchants: new Set(['H002']) });
  expect(await queries.runSummary(other, 's1')).toBeNull();
  expect(await queries.runSummary(WHOLE_LEDGER, 'realtime-H001-2026-03-09')).toBeNull();
});
