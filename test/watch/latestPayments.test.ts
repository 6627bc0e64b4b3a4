import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseAlertLedger } from '../../adapters/clickhouse/alerts.ts';
import { clickHouseRealtimeLedger } from '../../adapters/clickhouse/realtimeLedger.ts';
import type { Entry } from '../../domain/entry.ts';
import type { TestLedger } from '../integration/ledgerHarness.ts';
import { eventEntry, insertEntries, NOON_MS, startLedger } from '../integration/ledgerHarness.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await startLedger();
});
afterAll(() => ledger[Symbol.asyncDispose]());

function told(merchantId: string, book: Entry['book'], minute: number): Entry {
  const orderNo = `${merchantId}-${minute}`;
  return eventEntry({ merchantId, book, orderNo, occurredAtMs: NOON_MS + minute * MINUTE_MS });
}

test('a restart knows the last payment of each book of each hospital, however many payments lack the other book of one', async () => {
  const both = (merchantId: string, minute: number): readonly Entry[] =>
    (['PLATFORM', 'MERCHANT'] as const).map((book) => told(merchantId, book, minute));
  const minutes = Array.from({ length: 30 }, (_, n) => n + 1);
  // The HIS of H001 has said nothing since noon, the others' follow.
  const entries = [
    ...both('H001', 0),
    ...minutes.map((minute) => told('H001', 'PLATFORM', minute)),
    ...both('H002', 20),
    told('H002', 'PLATFORM', 21),
    ...both('H003', 40),
  ];
  await insertEntries(
    clickHouseRealtimeLedger(ledger.client),
    entries.map((entry, position) => ({ entry, partition: 'payments/0', position, late: false })),
  );
  const alerts = clickHouseAlertLedger(ledger.client);
  const seen = async (most: number) =>
    (await alerts.latestPayments(NOON_MS - HOUR_MS, most)).map(
      ({ book, orderNo }) => `${book.charAt(0)} ${orderNo}`,
    );
  const ofOthers = ['M H002-20', 'P H002-20', 'P H002-21', 'M H003-40', 'P H003-40'];
  const all = await seen(1_000);
  expect(all).toHaveLength(32 + ofOthers.length);
  expect(all).toEqual(expect.arrayContaining(ofOthers));
  const some = await seen(12);
  expect(some).toHaveLength(12);
  expect(some).toEqual(expect.arrayContaining(ofOthers));
  expect(some.filter((each) => each.includes('H001')).toSorted()).toEqual(
    ['M H001-0', ...[0, 1, 2, 3, 4, 5].map((minute) => `P H001-${minute}`)].toSorted(),
  );
});
