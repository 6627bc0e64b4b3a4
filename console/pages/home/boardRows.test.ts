import { expect, test } from 'vitest';
import type { BoardFacts } from './boardRows.ts';
import { boardRows, waitingDays } from './boardRows.ts';
import type { Wait } from './queries.ts';

const hospital = (id: string, lastDate: string | null = null) => ({ id, name: id, lastDate });
const wait = (merchantId: string, businessDate: string): Wait => ({
  merchantId,
  businessDate,
  mode: 'THREE_WAY',
  waitsFor: [{ book: 'CHANNEL', channel: 'WECHAT', source: null }],
  since: '2026-03-09T02:00:00.000Z',
  until: '2026-03-09T10:00:00.000Z',
});
const sent = (merchantId: string, firstDate: string, lastDate: string) => ({
  merchantId,
  firstDate,
  lastDate,
});

const facts: BoardFacts = {
  hospitals: [hospital('H001'), hospital('H002'), hospital('H003'), hospital('H004'), hospital('H005')],
  date: '2026-03-09',
  today: '2026-03-10',
  runs: [],
  waits: [wait('H002', '2026-03-09'), wait('H003', '2026-03-08')],
  connected: [
    sent('H001', '2026-03-01', '2026-03-10'),
    sent('H002', '2026-03-01', '2026-03-10'),
    sent('H003', '2026-03-01', '2026-03-10'),
    sent('H004', '2026-01-01', '2026-03-01'),
  ],
};
const stand = (more: Partial<BoardFacts> = {}) =>
  Object.fromEntries(boardRows({ ...facts, ...more }).map(({ merchantId, open }) => [merchantId, open]));

test('a hospital that never sent anything is not connected, one that is silent for a week has no trade: neither waits', () => {
  expect(stand()).toEqual({
    H001: 'DUE',
    H002: 'WAITS',
    H003: 'WAITS',
    H004: 'SILENT',
    H005: 'NOT_CONNECTED',
  });
});

test('the number counts what the board says waits, and days before it', () => {
  expect(waitingDays(facts)).toBe(4);
  expect(waitingDays({ ...facts, waits: [], connected: [] })).toBe(0);
  expect(waitingDays({ ...facts, hospitals: [hospital('H005')] })).toBe(0);
});

test('a day before the first data was never to be closed, and one that is not over waits for nobody', () => {
  expect(stand({ date: '2026-02-20', waits: [] })['H001']).toBe('NOT_CONNECTED');
  expect(stand({ date: '2026-03-10' })).toMatchObject({ H001: 'RUNS', H003: 'RUNS', H005: 'NOT_CONNECTED' });
});

test('what waits stands before what is not to be closed, and a hospital that left is not there', () => {
  const rows = boardRows({
    ...facts,
    hospitals: [hospital('H005'), hospital('H009', '2026-03-01'), hospital('H002')],
  });
  expect(rows.map(({ merchantId }) => merchantId)).toEqual(['H002', 'H005']);
});
