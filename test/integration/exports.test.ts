import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text as textOf } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { clickHouseBills } from '../../adapters/clickhouse/closeBills.ts';
import { clickHouseCloseLedger } from '../../adapters/clickhouse/closeLedger.ts';
import { clickHouseLedgerQueries } from '../../adapters/clickhouse/ledgerQueries.ts';
import { clickHouseRealtimeLedger } from '../../adapters/clickhouse/realtimeLedger.ts';
import { ledgerExports } from '../../adapters/exports/ledgerExports.ts';
import { writeWhole } from '../../adapters/files/writeWhole.ts';
import { buildApp } from '../../api/app.ts';
import { AS_READER, UNUSED_PARTS } from '../apiParts.ts';
import type { ExportList, ExportRequest, LedgerExports } from '../../domain/exports.ts';
import { EXPORT_COLUMNS, EXPORT_LISTS } from '../../domain/exports.ts';
import type { Reconciliation } from '../../domain/ports.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import { readWorkbook } from '../workbook.ts';
import type { TestLedger } from './ledgerHarness.ts';
import {
  NOON_MS,
  aRun,
  aVerdict,
  eventEntry,
  insertEntries,
  insertVerdicts,
  startLedger,
} from './ledgerHarness.ts';
import { startMigratedEngine } from '../services/index.ts';

let system: TestLedger;
let exports: LedgerExports;
let app: FastifyInstance;
let origin: string;

const EVIL_ORDER = '=HYPERLINK("http://x","y")';
const LONG_ORDER = '0001234567890123456789';

beforeAll(async () => {
  system = await startLedger();
  exports = ledgerExports(system.client, () => NOON_MS);
  for (let time = 0; time < 2; time += 1) await fill(system);
  app = await buildApp({
    ...UNUSED_PARTS,
    queries: clickHouseLedgerQueries(system.client),
    exports,
    intake: { accept: async () => [] },
    metrics: new Registry(),
  });
  origin = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await app.close();
  await system[Symbol.asyncDispose]();
});

async function fill({ client }: TestLedger): Promise<void> {
  const realtime = clickHouseRealtimeLedger(client);
  const close = clickHouseCloseLedger(client);
  const said = (more: Partial<Verdict>) => ({ verdict: aVerdict(more), version: 3n, span: 0 });
  await insertVerdicts(realtime, [
    said({ orderNo: 'R1' }),
    said({ orderNo: 'R2', businessDate: '2026-03-10', possiblyCrossDay: true }),
    said({ orderNo: 'R3', businessDate: '2026-03-10', code: 'MATCHED' }),
  ]);
  // What a pipeline writes with the first event of a date.
  const open = { merchant_id: 'H001', business_date: '2026-03-10', log_partition: 'payments/0' };
  await client.insert({ table: 'event_days', values: [open], format: 'JSONEachRow' });
  const closed = async (run: Reconciliation, ...rows: readonly Partial<Verdict>[]) => {
    const verdicts = rows.map((more) => ({
      verdict: aVerdict({ mode: 'THREE_WAY', businessDate: run.businessDate, ...more }),
      refersTo: null,
    }));
    await close.writeVerdicts(run, verdicts);
    await close.publish(run);
  };
  const totals = { payments: 3, refunds: 0, paymentFen: 7500n, refundFen: 0n };
  await closed(aRun({ runId: 'old', token: 1n }), { orderNo: 'OLD' }, { orderNo: LONG_ORDER });
  await closed(
    aRun({
      runId: 'new',
      token: 2n,
      outcome: 'UNBALANCED',
      books: { PLATFORM: totals },
      verdicts: { MATCHED: 1, PLATFORM_ONLY: 2 },
    }),
    { orderNo: LONG_ORDER },
    { orderNo: EVIL_ORDER, businessType: '@门诊' },
    { orderNo: 'M1', code: 'MATCHED' },
  );
  await insertEntries(realtime, [
    { entry: eventEntry({ orderNo: LONG_ORDER }), partition: 'payments/0', position: 0, late: false },
    {
      entry: eventEntry({ orderNo: EVIL_ORDER, kind: 'REFUND', refundNo: '+1' }),
      partition: 'payments/0',
      position: 1,
      late: true,
    },
  ]);
  await clickHouseBills(client).record({
    billId: 'ab'.repeat(32),
    merchantId: 'H001',
    book: 'CHANNEL',
    channel: 'WECHAT',
    businessDate: '2026-03-09',
    format: 'wechat-trade',
    fileName: '微信.csv',
    rows: 3,
    errorRows: 1,
    payments: 2,
    refunds: 0,
    paymentFen: 5000n,
    refundFen: 0n,
    importedAtMs: NOON_MS,
    version: 1n,
  });
}

async function json(list: ExportList, more: Partial<ExportRequest> = {}): Promise<Record<string, unknown>[]> {
  const file = await exports.open(WHOLE_LEDGER, { list, format: 'jsonl', ...more });
  const lines = (await textOf(Readable.from(file.bytes))).split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line));
}

const orders = async (list: ExportList, more: Partial<ExportRequest> = {}) =>
  (await json(list, more)).map((row) => row['orderNo']);

describe('JSON lines', () => {
  test('hold the rows of the published runs and those of open dates, each once', async () => {
    expect(await orders('verdicts')).toEqual([LONG_ORDER, EVIL_ORDER, 'M1', 'R2', 'R3']);
    expect(await orders('exceptions')).toEqual([LONG_ORDER, EVIL_ORDER, 'R2']);
    expect(await orders('exceptions', { mode: 'REALTIME' })).toEqual(['R1', 'R2']);
    expect(await orders('verdicts', { from: '2026-03-10', to: '2026-03-10' })).toEqual(['R2', 'R3']);
    expect(await orders('verdicts', { merchantId: 'H002' })).toEqual([]);
  });

  test('hold the rows of any one run', async () => {
    expect(await orders('verdicts', { runId: 'old' })).toEqual([LONG_ORDER, 'OLD']);
    expect(await json('exceptions', { runId: 'old' })).toMatchObject([{ status: null }, { status: null }]);
    expect(await json('exceptions', { runId: 'new' })).toMatchObject([
      { orderNo: LONG_ORDER, status: 'OPEN' },
      { orderNo: EVIL_ORDER, status: 'OPEN' },
    ]);
    expect(await json('reconciliations', { runId: 'old' })).toMatchObject([
      { published: false, runId: 'old' },
    ]);
  });

  test('hold fen as strings, flags, times with their offset, null for what is not known', async () => {
    const [row] = await json('verdicts');
    expect(row).toMatchObject({
      businessDate: '2026-03-09',
      platformFen: '2500',
      merchantFen: null,
      platformAt: '2026-03-09T12:00:00.000+08:00',
      possiblyCrossDay: false,
      ambiguousRefund: false,
      provisional: false,
    });
    expect(await json('entries')).toMatchObject([
      { orderNo: LONG_ORDER, amountFen: '2500', counts: true, late: false, line: null },
      { orderNo: EVIL_ORDER, refundNo: '+1', late: true },
    ]);
    expect((await json('reconciliations')).at(-1)).toMatchObject({
      outcome: 'UNBALANCED',
      platformPaymentFen: '7500',
      merchantPaymentFen: null,
      MATCHED: 1,
      published: true,
    });
    expect(await json('bills')).toMatchObject([{ fileName: '微信.csv', paymentFen: '5000', current: true }]);
    expect(await json('match-rates')).toMatchObject([
      { mode: 'REALTIME', verdicts: 1, rate: 0 },
      { mode: 'THREE_WAY', verdicts: 3, exceptions: 2, rate: 1 / 3 },
      { mode: 'REALTIME', businessDate: '2026-03-10', verdicts: 2, rate: 0.5 },
    ]);
  });

  test.each(EXPORT_LISTS)('of %s have every column', async (list) => {
    const [row = {}] = await json(list);
    expect(Object.keys(row)).toEqual(EXPORT_COLUMNS[list].map(({ key }) => key));
  });
});

test('a CSV opens in Excel: labels, codes beside them, ids kept, no formula', async () => {
  const file = await exports.open(WHOLE_LEDGER, {
    list: 'exceptions',
    format: 'csv',
    from: '2026-03-09',
    to: '2026-03-09',
  });
  expect(file.fileName).toBe('exceptions-2026-03-09.csv');
  const [header = '', first = '', second = '', end] = (await textOf(Readable.from(file.bytes))).split('\r\n');
  expect(header.startsWith('\uFEFF商户号,业务日期,对账模式,对账模式代码,异常类型,异常类型代码')).toBe(true);
  expect(first).toContain(
    `芸泰单边,PLATFORM_ONLY,待处理,OPEN,支付,PAYMENT,微信,WECHAT,${LONG_ORDER}\t,,,25.00,`,
  );
  expect(second).toContain(`"'=HYPERLINK(""http://x"",""y"")\t"`);
  expect(second).toContain(`,'@门诊,`);
  expect(end).toBe('');
});

test('a workbook has its summary first, amounts as numbers, ids as text', async () => {
  const file = await exports.open(WHOLE_LEDGER, { list: 'exceptions', format: 'xlsx', merchantId: 'H001' });
  const [summary, details] = await readWorkbook(await buffer(Readable.from(file.bytes)));
  expect([summary?.name, details?.name]).toEqual(['汇总', '异常明细']);
  const cells = (sheet: typeof summary, ...places: readonly string[]) =>
    places.map((place) => sheet?.cells.get(place));
  expect(cells(summary, 'A2', 'B2', 'C2', 'A3', 'C3')).toEqual(['芸泰单边', 'PLATFORM_ONLY', 3, '合计', 3]);
  expect(cells(summary, 'D1', 'E1', 'E2', 'E3')).toEqual(['商户金额(元)', '芸泰金额(元)', 75, 75]);
  expect(cells(details, 'M1', 'M2', 'M3', 'P2')).toEqual(['芸泰流水号', LONG_ORDER, EVIL_ORDER, 25]);
});

test('a workbook of exceptions ends with empty columns to fill in, as text; no other list has them', async () => {
  const details = async (list: ExportList) => {
    const file = await exports.open(WHOLE_LEDGER, { list, format: 'xlsx', merchantId: 'H001' });
    return (await readWorkbook(await buffer(Readable.from(file.bytes))))[1];
  };
  const sheet = await details('exceptions');
  const header = [...(sheet?.cells ?? [])].filter(([place]) => /^[A-Z]+1$/.test(place));
  const toFillIn = ['处理', '备注', '补差方式', '渠道退款单号', '确认隔日账', '确认非隔日账', '指派给'];
  expect(header.slice(-8).map(([, label]) => label)).toEqual(['异常编号', ...toFillIn]);
  const [first = ''] = header.at(-7) ?? [];
  expect(sheet?.cells.has(first.replace('1', '2'))).toBe(false);
  // Text: a refund number of 20 digits stays as it is typed.
  expect(sheet?.xml).toContain(`<col min="${header.length}" max="${header.length}" width="18" style="1"`);
  expect(sheet?.xml).toContain('<formula1>"平账,补差,外部退款,指派"</formula1>');
  const verdicts = await details('verdicts');
  expect([...(verdicts?.cells.values() ?? [])]).not.toContain('处理');
  expect(verdicts?.xml).not.toContain('dataValidation');
});

describe('over HTTP', () => {
  const get = (query: string) => fetch(`${origin}/api/v1/exports/${query}`, { headers: AS_READER });

  test('a list comes as a file', async () => {
    const answer = await get('verdicts?format=csv&from=2026-03-09&to=2026-03-09&merchantId=H001');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toBe(
      'attachment; filename="verdicts-H001-2026-03-09.csv"',
    );
    expect((await answer.text()).trimEnd().split('\r\n')).toHaveLength(4);
  });

  test.each([
    ['verdicts?format=csv&run=none', 'DZ_EXPORT_RUN'],
    ['entries?format=csv&run=new', 'DZ_EXPORT_RUN'],
    ['bills?format=csv&mode=REALTIME', 'DZ_EXPORT_MODE'],
    ['bills?format=pdf', 'DZ_BAD_REQUEST'],
    ['bills', 'DZ_BAD_REQUEST'],
    ['others?format=csv', 'DZ_BAD_REQUEST'],
    ['bills?format=csv&from=2026-02-30', 'DZ_BAD_REQUEST'],
    ['bills?format=csv&from=2026-03-10&to=2026-03-09', 'DZ_BAD_REQUEST'],
  ])('%s is refused with %s before a byte is sent', async (query, code) => {
    const answer = await get(query);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code });
  });
});

describe('a file that breaks off', () => {
  async function appOf(bytesOf: () => AsyncIterable<string>, withinMs?: number) {
    const other = await buildApp({
      ...UNUSED_PARTS,
      queries: clickHouseLedgerQueries(system.client),
      exports: { open: async () => ({ fileName: 'x.csv', contentType: 'text/csv', bytes: bytesOf() }) },
      intake: { accept: async () => [] },
      metrics: new Registry(),
      ...(withinMs === undefined ? {} : { exportWithinMs: withinMs }),
    });
    return { other, url: await other.listen({ host: '127.0.0.1', port: 0 }) };
  }

  test('breaks the connection', async () => {
    async function* failing() {
      yield 'a'.repeat(100_000);
      throw new Error('the ledger went away');
    }
    const { other, url } = await appOf(failing);
    const answer = await fetch(`${url}/api/v1/exports/bills?format=csv`, { headers: AS_READER });
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
    await other.close();
  });

  test('is cut when it is not taken in time, and only so many are taken at once', async () => {
    async function* endless() {
      for (;;) yield 'a'.repeat(100_000);
    }
    const { other, url } = await appOf(endless, 300);
    const at = `${url}/api/v1/exports/bills?format=csv`;
    const [first, second] = [
      await fetch(at, { headers: AS_READER }),
      await fetch(at, { headers: AS_READER }),
    ];
    const third = await fetch(at, { headers: AS_READER });
    expect([third.status, await third.json()]).toMatchObject([503, { code: 'DZ_EXPORTS_BUSY' }]);
    for (const answer of [first, second]) {
      await expect(
        (async () => {
          for await (const _ of answer.body ?? []);
        })(),
      ).rejects.toThrow();
    }
    await expect.poll(async () => (await fetch(at, { headers: AS_READER })).status).toBe(200);
    await other.close();
  });

  test('is an error when the ledger dies in the middle', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'duizhang-exports-'));
    const engine = await startMigratedEngine({ dir });
    const client = connectClickHouse(engine.url);
    await client.command({
      query: `INSERT INTO verdicts (mode, merchant_id, order_no, business_date, code, kind, key_part, platform_fen)
        SELECT 'REALTIME', 'H009', toString(number), '2026-03-09', 'MATCHED', 'PAYMENT', 'P', number
        FROM numbers(300000)`,
    });
    const path = join(dir, 'verdicts.csv');
    const file = await ledgerExports(client, Date.now).open(WHOLE_LEDGER, {
      list: 'verdicts',
      format: 'csv',
    });
    const pieces = (async function* () {
      yield* file.bytes;
    })();
    await pieces.next();
    await engine.kill9();
    await expect(writeWhole(path, pieces)).rejects.toThrow();
    expect((await readdir(dir)).filter((name) => name.startsWith('verdicts.csv'))).toEqual([]);
    await client.close();
    await rm(dir, { recursive: true });
  });
});
