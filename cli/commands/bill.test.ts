import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PLAIN_HEADER, wechatBill } from '../../adapters/bills/testBills.ts';
import { billCommand } from './bill.ts';

const SAMPLES = fileURLToPath(new URL('../../test/fixtures/samples/', import.meta.url));
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duizhang-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...args: string[]) {
  let out = '';
  const io = { stdout: (text: string) => void (out += text), stderr: () => undefined, env: {}, cwd: folder };
  const code = await billCommand.run(args, io);
  return { code, out };
}

test('a bill is told in JSON, with fen as strings', async () => {
  const { code, out } = await run('parse', join(SAMPLES, 'alipay-trade-20260309.zip'), '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({
    format: 'alipay-business',
    billType: 'TRADE',
    billDate: '2026-03-09',
    rows: 19,
    payments: 16,
    refunds: 3,
    paymentFen: '1790743',
    refundFen: '200000',
    empty: false,
    merchantNo: '2088000000000001',
    otherRows: 0,
    foreignRows: 0,
    foreignPaymentFen: '0',
    foreignRefundFen: '0',
    feeYuan: '95.45000',
    accountOnly: false,
    footer: 'VERIFIED',
    errorCount: 0,
    errors: [],
  });
});

test('row errors give exit code 1 and are named by line', async () => {
  await writeFile(
    join(folder, 'rows.csv'),
    `${PLAIN_HEADER}\nHP1,42,,PAYMENT,1e3,2026-03-05 10:00:00,WECHAT,,\n`,
  );
  const { code, out } = await run('parse', 'rows.csv', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    rows: 1,
    payments: 0,
    errors: [{ line: 2, code: 'DZ_ROW_AMOUNT', column: 'amount', raw: expect.stringMatching(/^HP1/) }],
  });
  expect((await run('parse', 'rows.csv')).out).toMatch(/line 2: DZ_ROW_AMOUNT amount is "1e3"/);
});

test('a refused bill gives exit code 2 and nothing but its error', async () => {
  await writeFile(join(folder, 'cut.csv'), wechatBill([{}], { tail: false }));
  const { code, out } = await run('parse', 'cut.csv', '--json');
  expect(code).toBe(2);
  expect(JSON.parse(out)).toEqual({
    error: {
      code: 'DZ_BILL_NO_SUMMARY',
      message: expect.stringContaining('no summary'),
      messageZh: expect.stringContaining('没有汇总'),
    },
  });
  await expect(run('parse', 'cut.csv')).rejects.toMatchObject({ code: 'DZ_BILL_NO_SUMMARY' });
});

test('people get a table', async () => {
  const { code, out } = await run('parse', join(SAMPLES, 'unionpay-20260309.zip'), '--channel', 'unionpay');
  expect(code).toBe(0);
  expect(out).toMatch(/format +unionpay-zm \(ZM\)\n/);
  expect(out).toMatch(/payments +6 {2}13985.66 yuan\n/);
});

test.each([
  ['a file that is not there', ['parse', 'nowhere.csv'], 'DZ_FILE_UNREADABLE'],
  ['a folder', ['parse', '.'], 'DZ_FILE_UNREADABLE'],
  ['no file', ['parse'], 'DZ_USAGE'],
  ['two files', ['parse', 'a', 'b'], 'DZ_USAGE'],
  ['an unknown channel', ['parse', 'a', '--channel', 'CASH'], 'DZ_USAGE'],
  ['an unknown option', ['parse', 'a', '--nope'], 'DZ_USAGE'],
  ['no subcommand', [], 'DZ_USAGE'],
  ['another subcommand', ['eat'], 'DZ_USAGE'],
])('%s is refused with a coded error', async (_, args, code) => {
  await expect(run(...args)).rejects.toMatchObject({ code });
});
