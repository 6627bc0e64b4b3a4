import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXCEPTION_CODES, VERDICT_CODES } from '../../domain/verdict.ts';
import type { SimulatedDay } from '../../simulator/day.ts';
import { DEFECTS } from '../../simulator/defects/index.ts';
import { simulateDay } from '../../simulator/simulateDay.ts';
import { runReconcile } from './reconcileHarness.ts';
import {
  closedVerdicts,
  DATE,
  eventEntries,
  HOSPITALS,
  ONE_HOSPITAL,
  readSimulatedBill,
  readSimulatedEvent,
  realtimeVerdicts,
  truthOf,
} from './simulatorHarness.ts';

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);
const smallDay = (seed: number): SimulatedDay =>
  simulateDay({ seed, merchants: ONE_HOSPITAL, orders: 400, date: DATE, defects: null });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duizhang-simulator-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** The arguments of `reconcile` for a day whose files were written into a folder. */
async function written(day: SimulatedDay, name: string): Promise<string[]> {
  const into = join(folder, name);
  await mkdir(into);
  for (const bill of day.bills) await writeFile(join(into, bill.fileName), bill.bytes);
  return (['MERCHANT', 'PLATFORM', 'CHANNEL'] as const).flatMap((book) => [
    `--${book.toLowerCase()}`,
    ...day.bills.filter((bill) => bill.book === book).map((bill) => join(into, bill.fileName)),
  ]);
}

describe.each(SEEDS)('the simulated day of seed %i', (seed) => {
  const day = smallDay(seed);
  const expected = day.truth.rows.flatMap((row) => (row.threeWay ? [{ row, ...row.threeWay }] : []));

  test('gives its planted verdicts, and no others, when its files are reconciled', async () => {
    const { exitCode, json } = await runReconcile([
      ...(await written(day, `seed-${seed}`)),
      '--date',
      DATE,
      '--json',
    ]);
    expect(exitCode).toBe(1);
    const codes: ReadonlySet<string> = EXCEPTION_CODES;
    const planted = expected
      .filter(({ code }) => codes.has(code))
      .map(
        ({ row, code, businessDate }) => `${code} ${row.kind} ${businessDate} ${row.orderNo} ${row.refundNo}`,
      );
    const found = json.exceptions.map((exception) =>
      ['verdict', 'kind', 'businessDate', 'orderNo', 'refundNo']
        .map((field) => String(exception[field]))
        .join(' '),
    );
    expect(found.sort()).toEqual(planted.sort());
    const counts = VERDICT_CODES.map(
      (code) => [code, expected.filter((e) => e.code === code).length] as const,
    );
    expect(json.verdicts).toEqual(Object.fromEntries(counts.filter(([, count]) => count > 0)));
    const badLines = day.truth.badBillLines.map(({ line, code }) => `${line} ${code}`);
    expect(json.errors.map(({ line, code }) => `${line} ${code}`).sort()).toEqual(badLines.sort());
  });

  test('gives them key by key from events and channel bills, and from the three books', async () => {
    const read = await Promise.all(day.bills.map(readSimulatedBill));
    const channel = read.flatMap(({ entries }) => entries.filter((entry) => entry.book === 'CHANNEL'));
    expect(closedVerdicts([...eventEntries(day), ...channel])).toEqual(truthOf(day, 'threeWay'));
    expect(closedVerdicts(read.flatMap(({ entries }) => entries))).toEqual(truthOf(day, 'threeWay'));
  });

  test('gives its planted realtime verdicts once every event is in', () => {
    expect(realtimeVerdicts(eventEntries(day))).toEqual(truthOf(day, 'realtime'));
  });
});

describe('a day of three hospitals with 5,000 orders each', () => {
  const day = simulateDay({ seed: 7, merchants: HOSPITALS, orders: 5_000, date: DATE, defects: null });

  test('has every defect at every hospital, or its dead letter', () => {
    const planted = new Set(day.truth.rows.map(({ merchantId, defect }) => `${merchantId} ${defect}`));
    const unseen = HOSPITALS.flatMap(({ merchantId }) =>
      DEFECTS.map(({ name }) => `${merchantId} ${name}`).filter((name) => !planted.has(name)),
    );
    const strays = ['undecodable-event', 'unknown-merchant-event', 'invalid-amount-event'];
    expect(unseen).toEqual(HOSPITALS.flatMap((m) => strays.map((name) => `${m.merchantId} ${name}`)));
    expect(Object.keys(day.truth.deadLetters).sort()).toEqual([
      'DZ_EVENT_INVALID',
      'DZ_EVENT_UNDECODABLE',
      'DZ_EVENT_UNKNOWN_MERCHANT',
    ]);
  });

  test('has events that are all taken, but for those that are planted to be dead letters', () => {
    const refused = day.events.map(readSimulatedEvent).filter((read) => typeof read === 'string');
    const counts = Map.groupBy(refused, (code) => code);
    expect(Object.fromEntries([...counts].map(([code, found]) => [code, found.length]))).toEqual(
      day.truth.deadLetters,
    );
  });

  test('has bills of its hospitals and dates that are read to the last line, but for the spoilt ones', async () => {
    const errors: { fileName: string; line: number; code: string }[] = [];
    for (const bill of day.bills) {
      const { report, entries } = await readSimulatedBill(bill);
      for (const { line, code } of report.errors) errors.push({ fileName: bill.fileName, line, code });
      expect(report.billDate, bill.fileName).toBe(bill.date);
      const own = HOSPITALS.find((merchant) => merchant.merchantId === bill.merchantId);
      const number = own?.channels.find(({ channel }) => channel === bill.channel)?.merchantNo ?? null;
      expect(report.merchantNo, bill.fileName).toBe(number);
      if (bill.date === DATE) expect(entries.length).toBeGreaterThan(0);
    }
    const byPlace = (a: { fileName: string; line: number }, b: { fileName: string; line: number }) =>
      a.fileName.localeCompare(b.fileName) || a.line - b.line;
    expect(errors.sort(byPlace)).toEqual(day.truth.badBillLines.toSorted(byPlace));
  });

  test('gives its planted verdicts in both modes', async () => {
    const read = await Promise.all(day.bills.map(readSimulatedBill));
    const channel = read.flatMap(({ entries }) => entries.filter((entry) => entry.book === 'CHANNEL'));
    expect(closedVerdicts([...eventEntries(day), ...channel])).toEqual(truthOf(day, 'threeWay'));
    expect(realtimeVerdicts(eventEntries(day))).toEqual(truthOf(day, 'realtime'));
  });
});
