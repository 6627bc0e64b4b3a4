import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Engine } from '../../adapters/clickhouse/embedded/start.ts';
import { startEngine } from '../../adapters/clickhouse/embedded/start.ts';

// Rows that a query takes from `input(…)`: the embedded engine answers as a server does, by way of a file.

const INSERT = `INSERT INTO t (name, fen, at)
  SELECT upper(name), fen, at FROM input('name String, fen Nullable(Int64), at DateTime64(3, \\'Asia/Shanghai\\')')
  FORMAT TabSeparated`;
const ROWS = 'a\\tb; SELECT (\t1\t2026-03-05 08:00:00.123\nit\'s "FORMAT"\t\\N\t2026-03-05 08:00:00.000\n';

let dir: string;
let engine: Engine;
const spool = () => join(dir, 'ledger', 'user_files', 'spool');

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'duizhang-input-'));
  await mkdir(spool(), { recursive: true });
  await writeFile(join(spool(), 'of-a-killed-engine'), 'rows');
  engine = await startEngine({ dir: join(dir, 'ledger') });
}, 60_000);
afterAll(async () => {
  await engine.stop();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  await ask('DROP TABLE IF EXISTS t');
  await ask(
    "CREATE TABLE t (name LowCardinality(String), fen Nullable(Int64), at DateTime64(3, 'Asia/Shanghai'), n Int8 DEFAULT 7) ENGINE = MergeTree ORDER BY name",
  );
});

async function send(url: string, body: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(url, { method: 'POST', body });
  return { status: response.status, text: await response.text() };
}
const ask = (sql: string, params: Record<string, string> = {}) =>
  send(`${engine.url}/?${new URLSearchParams(params).toString()}`, sql);
const insert = (rows: string, params: Record<string, string> = {}) =>
  send(`${engine.url}/?${new URLSearchParams({ query: INSERT, ...params }).toString()}`, rows);
const stored = async () => (await ask('SELECT name, fen, n FROM t ORDER BY name FORMAT TabSeparated')).text;

const STORED = 'A\\tB; SELECT (\t1\t7\nIT\\\'S "FORMAT"\t\\N\t7\n';

test('rows that are sent apart go through the query into the table', async () => {
  expect(await insert(ROWS)).toEqual({ status: 200, text: '' });
  expect(await stored()).toBe(STORED);
});

test('rows that follow the text of the statement are data and not looked at as text', async () => {
  expect(await ask(`${INSERT}\n${ROWS}`)).toEqual({ status: 200, text: '' });
  expect(await stored()).toBe(STORED);
});

test('settings of the request count', async () => {
  const bad = `${ROWS}b\tmany\t2026-03-05 08:00:00.000\n`;
  expect(await insert(bad, { input_format_allow_errors_num: '1' })).toEqual({ status: 200, text: '' });
  expect(await stored()).toBe(STORED);
});

test('settings of the request go with those that the statement has before its query', async () => {
  const bad = `${ROWS}b\tmany\t2026-03-05 08:00:00.000\n`;
  const query = INSERT.replace('SELECT', 'SETTINGS optimize_on_insert = 0 SELECT');
  expect(await insert(bad, { query, input_format_allow_errors_num: '1' })).toEqual({ status: 200, text: '' });
  expect(await stored()).toBe(STORED);
});

test('no rows are no rows', async () => {
  expect(await insert('')).toEqual({ status: 200, text: '' });
  expect(await stored()).toBe('');
});

test('a row that cannot be read ends the statement with its place, and none of its rows is stored', async () => {
  const answer = await insert(`${ROWS}b\tmany\t2026-03-05 08:00:00.000\n`);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.text).toMatch(/row 3[\s\S]*fen/i);
  expect(await stored()).toBe('');
});

test('several at once each have their own rows', async () => {
  const many = Array.from({ length: 60_000 }, (_, n) => `n${n}\t${n}\t2026-03-05 08:00:00.000\n`).join('');
  await Promise.all([insert(many), ...Array.from({ length: 8 }, () => insert(ROWS))]);
  expect((await ask('SELECT count(), uniqExact(name) FROM t')).text).toBe('60016\t60002\n');
});

test('what breaks off is not stored, and nothing stays behind', async () => {
  const { port } = engine;
  const path = `/?${new URLSearchParams({ query: INSERT }).toString()}`;
  const broken = httpRequest({ host: '127.0.0.1', port, path, method: 'POST' });
  broken.on('error', () => undefined);
  broken.write(ROWS);
  await pause(200);
  broken.destroy();
  for (let tries = 0; tries < 50 && (await readdir(spool())).length > 0; tries += 1) await pause(100);
  expect(await readdir(spool())).toEqual([]);
  expect(await stored()).toBe('');
});
