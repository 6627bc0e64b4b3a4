// npm run bench -- parse [--rows N] [--runs R] [--only TEXT]
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import type { Measured } from '../files/measure.ts';
import { measure } from '../files/measure.ts';
import { BENCH_BILLS, writeBill } from './generateBills.ts';

const ROOT = join(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    runs: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
  },
});
const rows = Number(values.rows);
const runs = Number(values.runs);
if (!Number.isSafeInteger(rows) || rows < 1 || !Number.isSafeInteger(runs) || runs < 1) {
  throw new Error('--rows and --runs take whole numbers above 0');
}

type Bill = { readonly name: string; readonly path: string };

const folder = join(tmpdir(), `duizhang-bench-parse-${rows}`);
mkdirSync(folder, { recursive: true });
const bills: Bill[] = [];
for (const bill of BENCH_BILLS) {
  if (!bill.name.includes(values.only)) continue;
  const path = join(folder, bill.name);
  if (!existsSync(path)) {
    writeBill(`${path}.partial`, bill, rows);
    renameSync(`${path}.partial`, path);
  }
  bills.push({ name: bill.name, path });
  if (bill.name === 'wechat-trade') bills.push({ name: `${bill.name} gzip`, path: await gzipped(path) });
}

const results = new Map<string, Measured[]>();
console.log(
  `${rows} rows a bill, ${runs} runs of ./duizhang bill parse, whole processes; ${cpus()[0]?.model.trim()}, ${availableParallelism()} processors`,
);
// In turns, so that whatever else the machine does meets them all; the first round warms the system's cache.
for (let round = 0; round <= runs; round += 1) {
  for (const bill of bills) {
    const measured = await parse(bill);
    if (round > 0) results.set(bill.name, [...(results.get(bill.name) ?? []), measured]);
  }
}
console.log(
  '| format | MB | rows/s | wall, s (min median max) | CPU, s | peak, MB |\n| --- | --- | --- | --- | --- | --- |',
);
for (const { name, path } of bills) {
  const list = results.get(name) ?? [];
  const wall = spread(list.map((run) => run.wallMs / 1000));
  const cpu = spread(list.map((run) => run.cpuMs / 1000));
  const peak = spread(list.map((run) => run.peakBytes / 1e6));
  const speed = Math.round(rows / wall.median / 1000);
  console.log(
    `| ${name} | ${Math.round(statSync(path).size / 1e6)} | ${speed}k | ${text(wall, 2)} | ${text(cpu, 2)} | ${text(peak, 0)} |`,
  );
}

async function gzipped(path: string): Promise<string> {
  const packed = `${path}.gz`;
  if (!existsSync(packed)) {
    await pipeline(createReadStream(path), createGzip(), createWriteStream(`${packed}.partial`));
    renameSync(`${packed}.partial`, packed);
  }
  return packed;
}

async function parse({ name, path }: Bill): Promise<Measured> {
  const measured = await measure(join(ROOT, 'duizhang'), ['bill', 'parse', path, '--json']);
  const report = JSON.parse(measured.stdout) as { rows: number; errorCount: number };
  if (report.rows !== rows || report.errorCount !== 0)
    throw new Error(`${name} was not read as it was written`);
  return measured;
}

type Spread = { readonly min: number; readonly median: number; readonly max: number };

function spread(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (place: number) => sorted[Math.floor(place)] ?? Number.NaN;
  return { min: at(0), median: at(sorted.length / 2), max: at(sorted.length - 1) };
}

function text({ min, median, max }: Spread, decimals: number): string {
  return [min, median, max].map((value) => value.toFixed(decimals)).join(' ');
}
