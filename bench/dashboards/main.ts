// npm run bench -- dashboards [--rows 2000000] [--hospitals 300] [--days 90] [--runs 3] [--dir <folder>]
// Every query of the dashboards on a ledger of so many verdicts: the time of each, over all hospitals and of one. The rows are
// written before the migrations that count them, so that what these cost on a grown ledger is seen as well. Beside the time
// stands the engine's CPU: on a busy machine it says more.
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { startEngine } from '../../adapters/clickhouse/embedded/start.ts';
import { migrate } from '../../adapters/clickhouse/migrate.ts';
import { DASHBOARDS } from '../../dashboards/build.ts';
import { sqlOf } from '../../dashboards/reading.ts';
import { startOfDate } from '../../domain/businessDate.ts';
import type { View } from '../../test/dashboards/expandMacros.ts';
import { expandMacros } from '../../test/dashboards/expandMacros.ts';
import { LAST_DATE, fillCases, fillLedger } from './ledgerOf.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '2000000' },
    hospitals: { type: 'string', default: '300' },
    days: { type: 'string', default: '90' },
    runs: { type: 'string', default: '3' },
    dir: { type: 'string' },
  },
});
const FIRST_COUNTING = '0030';
const TIMEOUT_MS = 3_600_000;
const DAY_MS = 86_400_000;
const size = { rows: Number(values.rows), hospitals: Number(values.hospitals), days: Number(values.days) };
const kept = values.dir;
const dir = kept ?? (await mkdtemp(join(tmpdir(), 'duizhang-bench-dashboards-')));
await mkdir(dir, { recursive: true });
const isFilled = kept !== undefined && (await readdir(dir)).includes('ledger');
const engine = await startEngine({ dir: join(dir, 'ledger') });
const client = connectClickHouse(engine.url, TIMEOUT_MS);
const startedAt = performance.now();
const say = (what: string) =>
  console.error(`${Math.round((performance.now() - startedAt) / 1000)} s: ${what}`);
try {
  if (!isFilled) await fill();
  await report();
} finally {
  await client.close();
  await engine.stop();
  if (kept === undefined) await rm(dir, { recursive: true, force: true });
}

async function fill(): Promise<void> {
  const before = join(dir, 'schemas');
  const all = join(import.meta.dirname, '../../schemas/clickhouse');
  await mkdir(before);
  for (const name of await readdir(all)) {
    if (name < FIRST_COUNTING) await cp(join(all, name), join(before, name));
  }
  await migrate(engine.url, before);
  await fillLedger(client, size, say);
  await migrate(engine.url);
  say('counted by the migrations');
  await fillCases(client);
  say('cases');
}

async function report(): Promise<void> {
  const counted = await client.query({
    query: `SELECT table, sum(rows) AS rows, formatReadableSize(sum(bytes_on_disk)) AS disk FROM system.parts
      WHERE active AND database = currentDatabase() GROUP BY table HAVING rows > 1000 ORDER BY rows DESC`,
    format: 'JSONEachRow',
  });
  for (const { table, rows, disk } of await counted.json<Record<string, string>>())
    console.log(`${table}: ${rows} rows, ${disk}`);
  console.log(
    '\n| panel | 24 h | 7 days | 30 days | one hospital, 7 days |\n| --- | --- | --- | --- | --- |',
  );
  const over: string[] = [];
  for (const dashboard of DASHBOARDS)
    for (const asked of sqlOf(dashboard)) {
      const times: Timed[] = [];
      for (const view of viewsOf(dashboard.uid === 'duizhang-hospital'))
        times.push(await timeOf(expandMacros(asked.rawSql, view)));
      const name = `${dashboard.title}: ${asked.title}`;
      console.log(`| ${name} | ${times.map(({ wall, cpu }) => `${wall} (${cpu})`).join(' | ')} |`);
      if (times.some(({ wall }) => wall > 1_000)) over.push(name);
    }
  console.log(
    `\nms, in brackets of CPU; medians of ${values.runs}. Above a second: ${over.join(', ') || 'none'}`,
  );
}

/** @param ofOne the dashboard is of one hospital and never asked of all */
function viewsOf(ofOne: boolean): readonly View[] {
  const toMs = startOfDate(LAST_DATE) + 23 * 3_600_000;
  const over = (days: number, merchant: readonly string[] | null): View => ({
    fromMs: toMs - days * DAY_MS,
    toMs,
    intervalSeconds: 600,
    variables: { merchant, channel: null, mode: null },
  });
  const one = ['H005'];
  return ofOne
    ? [over(1, one), over(7, one), over(30, one)]
    : [over(1, null), over(7, null), over(30, null), over(7, one)];
}

type Timed = { readonly wall: number; readonly cpu: number };

async function timeOf(query: string): Promise<Timed> {
  const walls: number[] = [];
  const cpus: number[] = [];
  for (let run = 0; run < Number(values.runs); run += 1) {
    const [began, cpuBefore] = [performance.now(), engineCpuMs()];
    const answer = await client.query({ query, format: 'JSONCompactEachRow' });
    await answer.text();
    walls.push(performance.now() - began);
    cpus.push(engineCpuMs() - cpuBefore);
  }
  return { wall: median(walls), cpu: median(cpus) };
}

function engineCpuMs(): number {
  const fields = readFileSync(`/proc/${engine.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function median(numbers: readonly number[]): number {
  return Math.round(numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN);
}
