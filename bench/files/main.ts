// npm run bench -- files [--orders N] [--runs R] [--seed S] [--peers [--python PATH]]
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import type { BooksTruth } from './generateBooks.ts';
import { BOOK_NAMES, generateBooks } from './generateBooks.ts';
import type { Measured } from './measure.ts';
import { measure } from './measure.ts';

const ROOT = join(import.meta.dirname, '../..');
const ENGINES = ['duckdb', 'polars'] as const;

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '1000000' },
    runs: { type: 'string', default: '7' },
    seed: { type: 'string', default: '20260305' },
    peers: { type: 'boolean', default: false },
    python: { type: 'string', default: 'python3' },
  },
});
const orders = positive('orders', values.orders);
const runs = positive('runs', values.runs);
const folder = booksFolder(orders, positive('seed', values.seed));
const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as BooksTruth;

const contestants: Readonly<Record<string, () => Promise<Measured>>> = {
  duizhang,
  ...(values.peers ? Object.fromEntries(ENGINES.map((engine) => [engine, () => peer(engine)])) : {}),
};
const results: Record<string, Measured[]> = {};
console.log(
  `${orders} orders in three plain CSVs, ${runs} runs, whole processes; ${cpus()[0]?.model.trim()}, ${availableParallelism()} processors`,
);
// In turns, so that whatever else the machine does meets them all. The first round, which reads the files into the
// system's cache, does not count.
for (let round = 0; round <= runs; round += 1) {
  for (const [name, run] of Object.entries(contestants)) {
    const measured = await run();
    if (round > 0) (results[name] ??= []).push(measured);
  }
}
report();

/** The generated books, kept for the next run with the same parameters. */
function booksFolder(count: number, seed: number): string {
  const path = join(tmpdir(), `duizhang-bench-files-${count}-${seed}`);
  if (existsSync(path)) return path;
  const partial = `${path}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    generateBooks(partial, count, seed);
    renameSync(partial, path);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return path;
}

async function duizhang(): Promise<Measured> {
  const books = BOOK_NAMES.flatMap((name) => [`--${name}`, join(folder, `${name}.csv`)]);
  const measured = await measure(join(ROOT, 'duizhang'), ['reconcile', ...books, '--json']);
  const found = JSON.parse(measured.stdout) as {
    verdicts: Record<string, number>;
    books: BooksTruth['books'];
    exceptions: { orderNo: string; kind: string; verdict: string }[];
  };
  expectEqual('duizhang: verdicts', found.verdicts, truth.verdicts);
  expectEqual('duizhang: totals of the books', found.books, truth.books);
  const exceptions = found.exceptions.map((e) => `${e.orderNo} ${e.kind} ${e.verdict}`).toSorted();
  expectEqual('duizhang: exceptions', exceptions, truth.exceptions);
  return measured;
}

async function peer(engine: (typeof ENGINES)[number]): Promise<Measured> {
  const measured = await measure(values.python, [join(import.meta.dirname, 'peers.py'), engine, folder]);
  if (measured.exitCode !== 0) {
    throw new Error(
      `${engine} failed; --peers needs Python with it: pip install duckdb polars (--python PATH)`,
    );
  }
  expectEqual(`${engine}: verdicts`, JSON.parse(measured.stdout), truth.verdicts);
  return measured;
}

function report(): void {
  const own = results['duizhang'] ?? [];
  for (const [name, list] of Object.entries(results)) {
    const wall = spread(list.map((run) => run.wallMs / 1000));
    const cpu = spread(list.map((run) => run.cpuMs / 1000));
    const peak = spread(list.map((run) => run.peakBytes / 1e6));
    console.log(
      `${name.padEnd(9)} wall ${figures(wall, 2)} s   cpu ${figures(cpu, 2)} s   peak ${figures(peak, 0)} MB   (min, median, max)`,
    );
  }
  for (const [name, list] of Object.entries(results)) {
    if (list === own) continue;
    const ratio = (of: (run: Measured) => number) =>
      (spread(own.map(of)).median / spread(list.map(of)).median).toFixed(2);
    console.log(
      `duizhang / ${name}: wall ${ratio((run) => run.wallMs)}, cpu ${ratio((run) => run.cpuMs)}, peak ${ratio((run) => run.peakBytes)}`,
    );
  }
}

type Spread = { readonly min: number; readonly median: number; readonly max: number };

function spread(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (place: number) => sorted[Math.floor(place)] ?? Number.NaN;
  return { min: at(0), median: at(sorted.length / 2), max: at(sorted.length - 1) };
}

function figures({ min, median, max }: Spread, decimals: number): string {
  return [min, median, max].map((value) => value.toFixed(decimals)).join(' ');
}

function expectEqual(what: string, found: unknown, planted: unknown): void {
  if (isDeepStrictEqual(found, planted)) return;
  throw new Error(`${what} are not what was planted in ${folder}`);
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`--${name} ${text}: give a whole number above 0`);
}
