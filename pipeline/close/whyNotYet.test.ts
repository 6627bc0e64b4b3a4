import { expect, test } from 'vitest';
import type { BillFetch } from '../../domain/billFetch.ts';
import type { BookSum, RunKey } from '../../domain/closePorts.ts';
import type { Bill } from '../../domain/ports.ts';
import type { DayFacts } from './whyNotYet.ts';
import { whyNotYet } from './whyNotYet.ts';

const run: RunKey = { runId: 'r', merchantId: 'H001', businessDate: '2026-03-09', mode: 'THREE_WAY' };
const platform: BookSum = {
  book: 'PLATFORM',
  channel: 'WECHAT',
  kind: 'PAYMENT',
  lines: 1,
  fen: 1n,
  plainFen: 1n,
};
const books = (['MERCHANT', 'PLATFORM', 'CHANNEL'] as const).map((book) => ({ ...platform, book }));

const fetch = (more: Partial<BillFetch>): BillFetch => ({
  merchantId: 'H001',
  date: '2026-03-09',
  book: 'MERCHANT',
  channel: null,
  source: 'hdp',
  status: 'WAITING',
  asked: 3,
  failures: 3,
  firstAskedAtMs: 0,
  lastAskedAtMs: 0,
  nextAskAtMs: 0,
  code: 'DZ_HDP_FAILED',
  detail: 'no answer within 30 s',
  billId: null,
  from: null,
  revision: 1,
  ...more,
});

const bill = (more: Partial<Bill>): Bill => ({
  billId: 'b'.repeat(64),
  merchantId: 'H001',
  book: 'CHANNEL',
  channel: 'WECHAT',
  businessDate: '2026-03-09',
  format: 'f',
  fileName: 'w.csv',
  rows: 1,
  errorRows: 0,
  payments: 1,
  refunds: 0,
  paymentFen: 1n,
  refundFen: 0n,
  importedAtMs: 0,
  version: 1n,
  ...more,
});

const why = (more: Partial<DayFacts>) =>
  whyNotYet(run, { sums: books, bills: [bill({})], fetches: [], handled: new Set(), ...more });

test('a day with all its books and bills closes', () => {
  expect(why({})).toEqual({});
});

test('a front-end machine that does not answer fails the day with what it said', () => {
  expect(why({ fetches: [fetch({})] })).toEqual({
    HDP_FAILED: 'MERCHANT bill from hdp: DZ_HDP_FAILED no answer within 30 s',
  });
  expect(why({ fetches: [fetch({ status: 'IN', code: null })] })).toEqual({});
});

test('a bill that somebody brought in stands for one that could not be fetched', () => {
  const failed = fetch({
    book: 'CHANNEL',
    channel: 'WECHAT',
    source: 'wechat',
    code: 'DZ_BILL_TOTALS_MISMATCH',
  });
  expect(Object.keys(why({ fetches: [failed], bills: [] }))).toEqual(['BILL_TOTALS_MISMATCH']);
  expect(why({ fetches: [failed] })).toEqual({});
});

test('a channel that says "no trade that day" has an empty bill, not a missing one', () => {
  const sums = books.slice(0, 2);
  const none = fetch({
    book: 'CHANNEL',
    channel: 'WECHAT',
    source: 'wechat',
    status: 'NO_TRADE',
    code: null,
  });
  expect(Object.keys(why({ sums, bills: [] }))).toEqual(['BILL_NOT_READY']);
  expect(Object.keys(why({ sums, bills: [], fetches: [none] }))).toEqual(['CHANNEL_BILL_EMPTY']);
});

test('rows that could not be read count until they are handled, in the books of the mode', () => {
  const bad = bill({ errorRows: 2 });
  expect(why({ bills: [bad] })).toEqual({
    BILL_PARSE_ERROR: 'rows that could not be read and are not handled: w.csv has 2 (bill bbbbbbbbbbbb)',
  });
  expect(why({ bills: [bad], handled: new Set([bad.billId]) })).toEqual({});
});
