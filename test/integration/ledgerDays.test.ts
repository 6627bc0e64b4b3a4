import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { clickHouseCloseLedger } from '../../adapters/clickhouse/closeLedger.ts';
import { clickHouseDayLedger } from '../../adapters/clickhouse/dayLedger.ts';
import { clickHouseRealtimeLedger } from '../../adapters/clickhouse/realtimeLedger.ts';
import type { CloseLedger } from '../../domain/closePorts.ts';
import type { Entry } from '../../domain/entry.ts';
import type { DayLedger, RealtimeLedger } from '../../domain/ledgerPorts.ts';
import type { TestLedger } from './ledgerHarness.ts';
import { aRun, eventEntry, startLedger, insertEntries } from './ledgerHarness.ts';

let system: TestLedger;
let realtime: RealtimeLedger;
let close: CloseLedger;
let days: DayLedger;

beforeAll(async () => {
  system = await startLedger();
  realtime = clickHouseRealtimeLedger(system.client);
  close = clickHouseCloseLedger(system.client);
  days = clickHouseDayLedger(system.client);
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const table of ['entries', 'event_days', 'reconciliations']) {
    await system.client.command({ query: `TRUNCATE TABLE ${table}` });
  }
});

/** Writes it twice, as a restart would. */
async function event(partition: string, position: number, more: Partial<Entry> = {}): Promise<void> {
  const entry = eventEntry({ orderNo: `${partition}:${position}`, ...more });
  for (const late of [false, true]) {
    await insertEntries(realtime, [{ entry, partition, position, late }]);
  }
}

test('an empty ledger has no days', async () => {
  expect(await days.closedDates()).toEqual([]);
  expect(await days.datesWithLateEntries()).toEqual([]);
  expect(await days.oldestOpenDate()).toBeNull();
  expect(await days.firstPositionsSince('2026-03-09')).toEqual(new Map());
});

test('a date is closed by its first run that did not fail, and keeps that run’s positions', async () => {
  await close.publish(aRun({ token: 1n, runId: 'r1', outcome: 'FAILED', positions: { 'payments/0': 1 } }));
  expect(await days.closedDates()).toEqual([]);
  await close.publish(aRun({ token: 3n, runId: 'r3', positions: { 'payments/0': 9 } }));
  await close.publish(aRun({ token: 2n, runId: 'r2', positions: { 'payments/0': 5, 'his-orders/1': 7 } }));
  expect(await days.closedDates()).toEqual([
    {
      merchantId: 'H001',
      businessDate: '2026-03-09',
      firstPositions: { 'payments/0': 5, 'his-orders/1': 7 },
    },
  ]);
});

describe('late entries of a closed date', () => {
  test('are those at or behind the positions of its current publication', async () => {
    await event('payments/0', 4);
    await close.publish(aRun({ positions: { 'payments/0': 5 } }));
    expect(await days.datesWithLateEntries()).toEqual([]);
    await event('payments/0', 5);
    await event('payments/0', 6, { businessDate: '2026-03-10' });
    await event('payments/0', 7, { merchantId: 'H002' });
    expect(await days.datesWithLateEntries()).toEqual([{ merchantId: 'H001', businessDate: '2026-03-09' }]);
    await system.client.command({ query: 'OPTIMIZE TABLE event_days FINAL' });
    expect(await days.datesWithLateEntries()).toEqual([{ merchantId: 'H001', businessDate: '2026-03-09' }]);
  });

  test('stand also in a partition of which the run had read nothing', async () => {
    await close.publish(aRun({ positions: { 'payments/0': 5 } }));
    await event('his-orders/3', 0, { book: 'MERCHANT' });
    expect(await days.datesWithLateEntries()).toHaveLength(1);
  });

  test('are settled by a later run that has read them, not by one that failed', async () => {
    await event('payments/0', 5);
    await close.publish(aRun({ token: 1n, runId: 'r1', positions: { 'payments/0': 5 } }));
    await close.publish(aRun({ token: 2n, runId: 'r2', outcome: 'FAILED', positions: { 'payments/0': 6 } }));
    expect(await days.datesWithLateEntries()).toHaveLength(1);
    await close.publish(aRun({ token: 3n, runId: 'r3', positions: { 'payments/0': 6 } }));
    expect(await days.datesWithLateEntries()).toEqual([]);
  });

  test('are not claimed where nothing is known of what the run had read, nor of lines of bills', async () => {
    await event('payments/0', 5);
    await close.publish(aRun({ positions: {} }));
    await close.publish(aRun({ businessDate: '2026-03-10', runId: 'r2', positions: { 'payments/0': 0 } }));
    await event('', 8, { source: 'BILL', businessDate: '2026-03-10' });
    expect(await days.datesWithLateEntries()).toEqual([]);
  });
});

test('the oldest open date is the earliest of any merchant that has events and no publication', async () => {
  await event('payments/0', 1, { businessDate: '2026-03-08' });
  await event('payments/0', 2);
  await event('payments/0', 3, { businessDate: '2026-03-10', merchantId: 'H002' });
  await event('', 9, { businessDate: '2026-01-01', source: 'BILL' });
  expect(await days.oldestOpenDate()).toBe('2026-03-08');
  await close.publish(aRun({ businessDate: '2026-03-08', outcome: 'FAILED' }));
  expect(await days.oldestOpenDate()).toBe('2026-03-08');
  await close.publish(aRun({ businessDate: '2026-03-08', runId: 'r2', token: 2n }));
  expect(await days.oldestOpenDate()).toBe('2026-03-09');
  await close.publish(aRun());
  expect(await days.oldestOpenDate()).toBe('2026-03-10');
  await close.publish(aRun({ businessDate: '2026-03-10' }));
  expect(await days.oldestOpenDate()).toBe('2026-03-10');
});

test('the first positions since a date are the lowest of its and later dates, partition by partition', async () => {
  await event('payments/0', 1, { businessDate: '2026-03-08' });
  await event('payments/0', 7);
  await event('payments/0', 3, { businessDate: '2026-03-10' });
  await event('his-orders/1', 12, { book: 'MERCHANT' });
  await event('his-orders/2', 2, { book: 'MERCHANT', businessDate: '2026-03-08' });
  expect(await days.firstPositionsSince('2026-03-09')).toEqual(
    new Map([
      ['payments/0', 3],
      ['his-orders/1', 12],
    ]),
  );
});

test('a ledger that has looked before sees what came since, and keeps late dates in sight until they are settled', async () => {
  const keeper = clickHouseDayLedger(system.client, 0);
  await event('payments/0', 1);
  await close.publish(aRun({ token: 1n, runId: 'r1', positions: { 'payments/0': 2 } }));
  expect(await keeper.closedDates()).toHaveLength(1);
  expect(await keeper.datesWithLateEntries()).toEqual([]);
  await event('payments/0', 3);
  const late = [{ merchantId: 'H001', businessDate: '2026-03-09' }];
  for (let look = 0; look < 3; look += 1) expect(await keeper.datesWithLateEntries()).toEqual(late);
  await close.publish(aRun({ token: 2n, runId: 'r2', positions: { 'payments/0': 4 } }));
  expect(await keeper.datesWithLateEntries()).toEqual([]);
  await event('payments/0', 9, { businessDate: '2026-03-10' });
  expect(await keeper.datesWithLateEntries()).toEqual([]);
  await close.publish(aRun({ businessDate: '2026-03-10', runId: 'r3', positions: { 'payments/0': 9 } }));
  expect(await keeper.datesWithLateEntries()).toEqual([{ ...late[0], businessDate: '2026-03-10' }]);
  expect(await keeper.closedDates()).toEqual([
    { ...late[0], firstPositions: { 'payments/0': 2 } },
    { ...late[0], businessDate: '2026-03-10', firstPositions: { 'payments/0': 9 } },
  ]);
});
