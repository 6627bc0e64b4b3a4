import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BusinessDate } from '../../domain/businessDate.ts';
import { businessDateOf } from '../../domain/businessDate.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { SimulatedBill, Truth } from '../../simulator/day.ts';
import type { DemoOptions } from './options.ts';

/** What a data folder remembers of the demo day that is played on it. */
export type DemoRecord = {
  readonly options: DemoOptions;
  readonly date: BusinessDate;
  /** Events of the day, in their order of arrival, that are surely in the log. */
  readonly fed: number;
  readonly closed: boolean;
};

const DAY_MS = 86_400_000;
/** Grace, window and the day's last events: before they are over on the machine's clock too, a date cannot be closed. */
const UNTIL_SETTLED_MS = 3_600_000;

/**
 * The demo day of a folder: the one that was begun there, or a new one, which is yesterday; in the first hour of a day, the one
 * before.
 * @param asked options that were given by name
 * @throws DZ_DEMO_OTHER when another day than the one asked for was begun
 */
export function demoOf(
  dataDir: string,
  options: DemoOptions,
  asked: Partial<DemoOptions>,
  nowMs: number,
): DemoRecord {
  const begun = readRecord(dataDir);
  if (begun === null) {
    const date = businessDateOf(nowMs - DAY_MS - UNTIL_SETTLED_MS);
    return { options, date, fed: 0, closed: false };
  }
  const { seed, merchants, orders } = begun.options;
  const differs = Object.entries({ seed, merchants, orders }).some(
    ([name, value]) => value !== (new Map(Object.entries(asked)).get(name) ?? value),
  );
  if (!differs) return begun;
  throw new DuizhangError(
    'DZ_DEMO_OTHER',
    `${dataDir} holds the demo day ${begun.date} (--seed ${seed} --merchants ${merchants} --orders ${orders}); ` +
      'add --fresh to begin anew with other options, or leave them out to go on with that day',
  );
}

export function writeDemoRecord(dataDir: string, record: DemoRecord): void {
  const path = recordPath(dataDir);
  writeFileSync(`${path}.new`, `${JSON.stringify(record)}\n`);
  renameSync(`${path}.new`, path);
}

function readRecord(dataDir: string): DemoRecord | null {
  let text: string;
  try {
    text = readFileSync(recordPath(dataDir), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  // Written by ourselves, whole or not at all.
  const record: DemoRecord = JSON.parse(text);
  return record;
}

function recordPath(dataDir: string): string {
  return join(dataDir, 'demo.json');
}

/** Where the day's bills and truth lie, to be looked at. */
export function demoFolderOf(dataDir: string): string {
  return join(dataDir, 'demo');
}

export function billPathOf(dataDir: string, bill: Pick<SimulatedBill, 'merchantId' | 'fileName'>): string {
  return join(demoFolderOf(dataDir), bill.merchantId, bill.fileName);
}

export function writeDemoFiles(dataDir: string, bills: readonly SimulatedBill[], truth: Truth): void {
  mkdirSync(demoFolderOf(dataDir), { recursive: true });
  for (const bill of bills) {
    mkdirSync(join(demoFolderOf(dataDir), bill.merchantId), { recursive: true });
    writeFileSync(billPathOf(dataDir, bill), bill.bytes);
  }
  writeFileSync(truthPath(dataDir), `${JSON.stringify(truth)}\n`);
}

export function readTruth(dataDir: string): Truth {
  const truth: Truth = JSON.parse(readFileSync(truthPath(dataDir), 'utf8'));
  return truth;
}

function truthPath(dataDir: string): string {
  return join(demoFolderOf(dataDir), 'truth.json');
}
