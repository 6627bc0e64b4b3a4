import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseMonthLocks } from '../../adapters/clickhouse/monthLocks.ts';
import { instantOfLocal } from '../../domain/businessDate.ts';
import type { MonthLockStore } from '../../domain/closePorts.ts';
import { firstDateOf, isMonth, lastDateOf, monthOf } from '../../domain/month.ts';
import { closeDay } from '../../pipeline/close/closeDay.ts';
import { lockMonth } from '../../pipeline/close/monthLock.ts';
import type { CloseSystem } from './closeHarness.ts';
import { SAMPLE_MERCHANT, startCloseSystem } from './closeHarness.ts';
import { eventEntry } from './ledgerHarness.ts';

let system: CloseSystem;
let locks: MonthLockStore;

beforeAll(async () => {
  system = await startCloseSystem();
  locks = clickHouseMonthLocks(system.client);
});
afterAll(() => system[Symbol.asyncDispose]());

const MERCHANT = { ...SAMPLE_MERCHANT, mode: 'TWO_WAY' } as const;

async function bookBoth(date: string): Promise<void> {
  const occurredAtMs = instantOfLocal(`${date} 12:00:00`) ?? 0;
  for (const book of ['PLATFORM', 'CHANNEL'] as const) {
    await system.writeBill(
      [eventEntry({ book, orderNo: `${date}-1`, businessDate: date, occurredAtMs })],
      { book, channel: null, businessDate: date },
      MERCHANT,
    );
  }
}

function lock(month: string, by: string, at = '2026-04-02 09:00:00') {
  const now = () => instantOfLocal(at) ?? 0;
  return lockMonth({ merchantId: 'H001', month, by }, { locks, now });
}

function close(date: string, runId: string, reason?: string) {
  const request = { merchant: MERCHANT, date, runId, operator: '张三' };
  return closeDay(reason === undefined ? request : { ...request, reason }, system.deps);
}

test('a month is locked once it is over and every date of it is closed; the first lock stays', async () => {
  await bookBoth('2026-03-09');
  await bookBoth('2026-03-31');
  await close('2026-03-09', 'first');
  await expect(lock('2026-03', '李四', '2026-03-31 23:59:59')).rejects.toMatchObject({
    code: 'DZ_MONTH_NOT_OVER',
  });
  await expect(lock('2026-03', '李四')).rejects.toMatchObject({
    code: 'DZ_MONTH_NOT_CLOSED',
    message: expect.stringContaining('2026-03-31;'),
  });
  await close('2026-03-31', 'last');
  const first = await lock('2026-03', '李四');
  expect(first).toMatchObject({ merchantId: 'H001', month: '2026-03', lockedBy: '李四' });
  expect(await lock('2026-03', '王五', '2026-04-03 09:00:00')).toEqual(first);
  expect(await locks.locks('H001')).toEqual([first]);
});

test('a date of a locked month is closed again for a reason only, which is kept', async () => {
  for (const reason of [undefined, '', ' ']) {
    await expect(close('2026-03-31', 'refused', reason)).rejects.toMatchObject({ code: 'DZ_MONTH_LOCKED' });
  }
  await bookBoth('2026-04-01');
  expect(await close('2026-04-01', 'april')).toMatchObject({ outcome: 'BALANCED' });
  const run = await close('2026-03-31', 'allowed', '渠道补发账单');
  expect(run.outcome).toBe('BALANCED');
  const kept = await system.client.query({
    query: 'SELECT run_id, toString(business_date) AS date, operator, reason FROM v_locked_closes',
    format: 'JSONEachRow',
  });
  expect(await kept.json()).toEqual([
    { run_id: 'allowed', date: '2026-03-31', operator: '张三', reason: '渠道补发账单' },
  ]);
});

test('a month that is locked while a date of it is being closed stays as it was', async () => {
  const gate = {
    waitUntilStored: async () => {
      await lock('2026-04', '李四', '2026-05-02 09:00:00');
      return { positions: {} };
    },
  };
  const request = { merchant: MERCHANT, date: '2026-04-01', runId: 'late', operator: 'system' };
  await expect(closeDay(request, { ...system.deps, gate })).rejects.toMatchObject({
    code: 'DZ_MONTH_LOCKED',
  });
  const published = await system.client.query({
    query: `SELECT run_id FROM publications WHERE business_date = '2026-04-01'`,
    format: 'JSONEachRow',
  });
  expect(await published.json()).toEqual([{ run_id: 'april' }]);
});

test('months have the days of the calendar', () => {
  const ends = ['2026-02', '2028-02', '2026-04', '2026-12'].map(lastDateOf);
  expect(ends).toEqual(['2026-02-28', '2028-02-29', '2026-04-30', '2026-12-31']);
  expect([firstDateOf('2026-02'), monthOf('2026-02-28')]).toEqual(['2026-02-01', '2026-02']);
  expect(['2026-02', '2026-13', '2026-2', '2026-02-01', ''].map(isMonth)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});
