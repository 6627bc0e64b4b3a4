import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wechatBill } from '../../adapters/bills/testBills.ts';
import type { Engine } from '../../adapters/clickhouse/embedded/start.ts';
import { removeRunFile, writeRunFile } from '../../adapters/process/runFile.ts';
import { billCommand } from '../../cli/commands/bill.ts';
import { startMigratedEngine } from '../services/index.ts';

const DATE = '2026-03-05';
const DAY = ['--merchant', 'H001', '--date', DATE] as const;

let dir = '';
let engine: Engine;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'duizhang-bill-commands-'));
  engine = await startMigratedEngine({ dir: join(dir, 'ledger') });
  writeRunFile(dir, {
    pid: process.pid,
    clickhouseUrl: engine.url,
    logUrl: 'redis://127.0.0.1:1',
    auditUrl: 'redis://127.0.0.1:1',
    windowRedisUrl: 'redis://127.0.0.1:1',
    apiUrl: 'http://127.0.0.1:1',
    startedAt: '2026-03-01T08:00:00+08:00',
    configPath: fileURLToPath(new URL('../../duizhang.config.yaml', import.meta.url)),
    dataDir: dir,
    signingKeyPath: '',
    sessionKeyPath: '',
  });
}, 60_000);
afterAll(async () => {
  removeRunFile(dir);
  await engine.stop();
  await rm(dir, { recursive: true, force: true });
});

async function run(...args: string[]) {
  let out = '';
  let err = '';
  const io = {
    stdout: (text: string) => void (out += text),
    stderr: (text: string) => void (err += text),
    env: { DUIZHANG_DATA: dir },
    cwd: dir,
  };
  const code = await billCommand.run(args, io);
  return { code, out, err };
}

async function json(...args: string[]): Promise<{ code: number; said: unknown }> {
  const { code, out } = await run(...args, '--json');
  return { code, said: JSON.parse(out) };
}

async function fileOf(name: string, text: string): Promise<string> {
  await writeFile(join(dir, name), text);
  return createHash('sha256').update(text).digest('hex');
}

const importFile = (name: string) => run('import', name, '--merchant', 'H001', '--book', 'channel');

test('a bill is imported, corrected, put back, compared and given back byte by byte', async () => {
  const [first, second] = [wechatBill([{ amount: '25.00' }]), wechatBill([{ amount: '26.00' }])];
  const [a, b] = [await fileOf('a.csv', first), await fileOf('b.csv', second)];
  expect((await importFile('a.csv')).out).toMatch(
    /^imported wechat-trade of H001, CHANNEL WECHAT, 2026-03-05: 1 pay/,
  );
  expect((await importFile('b.csv')).code).toBe(0);
  expect((await importFile('a.csv')).out).toContain(`until you say: ./duizhang bill use ${a.slice(0, 12)}`);

  const listed = await json('list', ...DAY);
  expect(listed.said).toMatchObject([
    {
      billId: b,
      counts: true,
      fileName: 'b.csv',
      origin: { source: `cli ${join(dir, 'b.csv')}`, parserVersion: 1 },
    },
    { billId: a, counts: false, origin: { sizeBytes: Buffer.byteLength(first) } },
  ]);

  const differences = [
    {
      what: 'CHANGED',
      fields: ['amountFen', 'settledFen'],
      a: { amountFen: '2500' },
      b: { amountFen: '2600' },
    },
  ];
  const compared = { a: { paymentFen: '2500' }, b: { paymentFen: '2600' }, same: 0, changed: 1, differences };
  for (const pair of [
    ['a.csv', 'b.csv'],
    [a.slice(0, 8), b.slice(0, 8)],
    ['a.csv', b],
  ]) {
    expect(await json('diff', ...pair)).toMatchObject({ code: 1, said: compared });
  }
  expect(await json('diff', 'a.csv', a)).toMatchObject({ code: 0, said: { same: 1, differences: [] } });
  expect((await run('diff', 'a.csv', b)).out).toMatch(/amount +25\.00 \| 26\.00\n/);

  expect((await run('use', a.slice(0, 12))).out).toContain(`counts now in place of ${b.slice(0, 12)}`);
  expect((await run('use', a.slice(0, 12))).out).toContain('nothing to do');
  expect((await run('list', ...DAY)).out).toMatch(new RegExp(`^${a.slice(0, 12)}  counts`));

  expect((await run('get', b.slice(0, 12), '--out', 'back.csv')).code).toBe(0);
  expect(await readFile(join(dir, 'back.csv'), 'utf8')).toBe(second);
});

test('kept bytes are read anew by bill or by day; the same rows change nothing', async () => {
  const [{ billId }] = listOf((await json('list', ...DAY)).said);
  for (const which of [['--bill', billId], DAY]) {
    expect(await json('reimport', ...which)).toMatchObject({
      code: 0,
      said: [{ status: 'unchanged', bill: { billId } }],
    });
  }
  expect((await run('reimport', '--bill', billId)).out).toContain('unchanged');
});

test('a line of a bill on record is explained', async () => {
  const [{ billId }] = listOf((await json('list', ...DAY)).said);
  const { code, said } = await json('explain', '--bill', billId.slice(0, 10), '2');
  expect(code).toBe(0);
  expect(said).toMatchObject({
    line: 2,
    format: 'wechat-trade',
    found: [
      {
        columns: expect.arrayContaining([
          expect.objectContaining({ header: '订单金额', meaning: 'orderAmount' }),
        ]),
      },
    ],
    entries: [{ book: 'CHANNEL', kind: 'PAYMENT', amountYuan: '25.00', businessDate: DATE, keyPart: 'P' }],
    errors: [],
  });
});

test('a refused file can be had back, and its refusal says how', async () => {
  const cut = wechatBill([{}], { tail: false });
  const sha256 = await fileOf('cut.csv', cut);
  expect(await json('import', 'cut.csv', '--merchant', 'H001', '--book', 'channel')).toMatchObject({
    code: 2,
    said: { error: { code: 'DZ_BILL_NO_SUMMARY', sha256 } },
  });
  await expect(importFile('cut.csv')).rejects.toMatchObject({ code: 'DZ_BILL_NO_SUMMARY' });
  expect((await run('get', sha256.slice(0, 12), '--out', 'cut-again.csv')).code).toBe(0);
  expect(await readFile(join(dir, 'cut-again.csv'), 'utf8')).toBe(cut);
  const left = await readdir(dir);
  expect(left.filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test.each([
  ['an id of nobody', ['use', 'abcdef0123'], 'DZ_BILL_UNKNOWN_ID'],
  ['an id that is too short', ['use', 'abc'], 'DZ_USAGE'],
  ['bytes of nobody', ['get', 'abcdef0123', '--out', 'x'], 'DZ_BILL_UNKNOWN_ID'],
  ['no place to write to', ['get', 'abcdef0123'], 'DZ_USAGE'],
  ['a merchant that is not there', ['list', '--merchant', 'X', '--date', DATE], 'DZ_UNKNOWN_MERCHANT'],
  ['a day that is none', ['list', '--merchant', 'H001', '--date', '2026-02-30'], 'DZ_USAGE'],
  ['no bill at all', ['reimport'], 'DZ_USAGE'],
])('%s is told', async (_, args, code) => {
  await expect(run(...args)).rejects.toMatchObject({ code });
});

function listOf(said: unknown): readonly [{ readonly billId: string }] {
  expect(said).toMatchObject([{ billId: expect.any(String), counts: true }, {}]);
  const [first]: readonly unknown[] = Array.isArray(said) ? said : [];
  const billId = typeof first === 'object' && first !== null && 'billId' in first ? String(first.billId) : '';
  return [{ billId }];
}
