import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gbk, zipOf } from '../../adapters/bills/testBills.ts';
import { billCommand } from '../../cli/commands/bill.ts';
import { PLAIN_HEADER } from '../../pipeline/reconcile/plain/scanRows.ts';
import { runReconcile, SAMPLES } from './reconcileHarness.ts';

const sample = (name: string) => readFileSync(join(SAMPLES, name));
const PLATFORM = sample('platform-20260309.csv').toString();
const GOOD = ['--merchant', `${SAMPLES}/his-20260309.csv`, '--platform', `${SAMPLES}/platform-20260309.csv`];
const MIB = 1 << 20;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'duizhang-bad-files-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const inFolder = (name: string, bytes: Uint8Array | string) => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

async function parseBill(...args: string[]) {
  let stdout = '';
  const io = {
    stdout: (text: string) => void (stdout += text),
    stderr: () => undefined,
    env: {},
    cwd: folder,
  };
  return { exitCode: await billCommand.run(['parse', ...args, '--json'], io), stdout };
}

const half = (bytes: Buffer) => bytes.subarray(0, bytes.length / 2);
const zipLeavingItsFolder = async () => {
  const zip = await zipOf({ 'aa/bill.csv': Buffer.from(PLATFORM) });
  return Buffer.from(zip.toString('latin1').replaceAll('aa/bill', '../bill'), 'latin1');
};

const REFUSED: [string, string, () => Uint8Array | string | Promise<Uint8Array>][] = [
  ['empty', 'DZ_BILL_EMPTY_FILE', () => ''],
  ['cut gzip', 'DZ_BILL_DAMAGED', () => half(sample('wechat-all-20260309.csv.gz'))],
  ['cut zip', 'DZ_BILL_DAMAGED', () => half(sample('alipay-trade-20260309.zip'))],
  ['bill without its summary', 'DZ_BILL_TRUNCATED', () => half(sample('wechat-all-20260309.csv'))],
  ['UTF-16', 'DZ_BILL_UTF16', () => Buffer.from(`\ufeff${PLATFORM}`, 'utf16le')],
  ['binary', 'DZ_BILL_NOT_TEXT', () => Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
  ['GBK without header', 'DZ_BILL_UNKNOWN_FORMAT', () => gbk('支付,成功,二十五元\n'.repeat(3))],
  ['rows without header', 'DZ_BILL_UNKNOWN_FORMAT', () => PLATFORM.slice(PLATFORM.indexOf('\n') + 1)],
  ['other columns', 'DZ_BILL_UNKNOWN_FORMAT', () => 'id,money\n1,2\n'],
  ['lacking column', 'DZ_BILL_HEADER', () => PLATFORM.replace('occurred_at', 'at')],
  ['line without end', 'DZ_BILL_LINE_TOO_LONG', () => `${PLAIN_HEADER}\n${'x'.repeat(5 * MIB)}`],
  ['gzip bomb of one line', 'DZ_BILL_LINE_TOO_LONG', () => gzipSync('x'.repeat(64 * MIB))],
  ['gzip bomb of blank lines', 'DZ_BILL_BOMB', () => gzipSync(`${PLAIN_HEADER}${'\n'.repeat(64 * MIB)}`)],
  ['zip that leaves its folder', 'DZ_BILL_UNSAFE_ARCHIVE', zipLeavingItsFolder],
  [
    'hundred thousand bad rows',
    'DZ_BILL_NO_GOOD_ROW',
    () => `${PLAIN_HEADER}\n${'no row\n'.repeat(100_000)}`,
  ],
];

describe('a bad file is refused by both commands, with one JSON error and nothing else', () => {
  test.each(REFUSED)('%s: %s', async (name, code, bytes) => {
    const path = inFolder(name.replaceAll(' ', '-'), await bytes());
    const text = expect.any(String);
    const refusal = { error: { code, message: text, messageZh: text } };
    const parsed = await parseBill(path);
    expect([parsed.exitCode, JSON.parse(parsed.stdout)]).toEqual([2, refusal]);
    const out = join(folder, 'never.json');
    const compared = await runReconcile([...GOOD, '--channel', path, '--out', out, '--json']);
    expect([compared.exitCode, JSON.parse(compared.stdout)]).toEqual([2, refusal]);
    expect(compared.stdout).toContain(path);
    expect(existsSync(out)).toBe(false);
  });

  test.each([
    ['missing.csv', /there is no such file/],
    ['.', /it is a folder/],
  ])('%s, which is no file', async (path, why) => {
    for (const run of [
      await parseBill(path),
      await runReconcile([...GOOD, '--channel', path, '--json'], folder),
    ]) {
      expect(run.exitCode).toBe(2);
      expect(JSON.parse(run.stdout)).toEqual({
        error: { code: 'DZ_FILE_UNREADABLE', message: expect.stringMatching(why) },
      });
    }
  });
});

describe('a file in the wrong place', () => {
  test.each([
    ['wechat-all-20260309.csv', 'DZ_BILL_WRONG_BOOK'],
    ['alipay-trade-20260309.zip', 'DZ_BILL_WRONG_BOOK'],
  ])("a channel's bill is refused as the hospital's book: %s", async (name, code) => {
    const { exitCode, stderr } = await runReconcile(['--merchant', `${SAMPLES}/${name}`, ...GOOD.slice(2)]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(code);
  });

  test('one file for two books is compared, and called out', async () => {
    const { stderr } = await runReconcile([...GOOD, '--channel', GOOD[1] ?? '', '--json']);
    expect(stderr).toMatch(
      /warning: .*his-20260309\.csv \(CHANNEL\) holds the same bytes as .* \(MERCHANT\)/,
    );
  });

  test('a book of a header alone is a day without trade, and called out', async () => {
    const path = inFolder('header.csv', `${PLAIN_HEADER}\n`);
    expect(JSON.parse((await parseBill(path)).stdout)).toMatchObject({ empty: true, rows: 0, errors: [] });
    const { exitCode, json, stderr } = await runReconcile([...GOOD, '--channel', path, '--json']);
    expect(exitCode).toBe(1);
    expect(json.books['channel']).toMatchObject({ payments: 0, refunds: 0 });
    expect(stderr).toContain('warning: the CHANNEL book holds nothing');
  });

  test('a few bad rows are told by line, and the rest is compared', async () => {
    const path = inFolder('cut.csv', PLATFORM.slice(0, PLATFORM.lastIndexOf(',') - 60));
    const { exitCode, json } = await runReconcile([...GOOD, '--channel', path, '--json']);
    expect(exitCode).toBe(1);
    expect(json.errors).toEqual([
      {
        file: path,
        line: PLATFORM.trimEnd().split('\n').length,
        code: 'DZ_ROW_COLUMN_COUNT',
        message: expect.any(String),
      },
    ]);
  });
});

describe('--out', () => {
  const withOut = (out: string) =>
    runReconcile(
      [...GOOD, '--channel', `${SAMPLES}/wechat-all-20260309.csv`, '--json', '--out', out],
      folder,
    );

  test.each([
    ['nowhere/result.json', 'DZ_FILE_UNWRITABLE', /its folder is not there/],
    ['a-file/result.json', 'DZ_FILE_UNWRITABLE', /its folder is a file/],
    ['folder.json', 'DZ_FILE_UNWRITABLE', /it is a folder/],
    ['result.txt', 'DZ_USAGE', /must end in \.xlsx, \.csv or \.json/],
    [`${SAMPLES}/his-20260309.csv`, 'DZ_USAGE', /is one of the books/],
  ])('%s is refused before anything is compared: %s', async (out, code, why) => {
    inFolder('a-file', '');
    if (!existsSync(join(folder, 'folder.json'))) mkdirSync(join(folder, 'folder.json'));
    const { exitCode, stdout, stderr } = await withOut(out);
    expect(exitCode).toBe(2);
    expect(`${stdout}${stderr}`).toContain(code);
    expect(`${stdout}${stderr}`).toMatch(why);
  });

  test('is whole or not there, whenever the command is killed', async () => {
    const books = ['merchant', 'platform', 'channel'].flatMap((book) => {
      const rows = Array.from(
        { length: 20_000 },
        (_, i) => `${book}${i},T${i},,PAYMENT,1.00,2026-03-09 10:00:00,WECHAT,CHECKUP,R${i}`,
      );
      return [`--${book}`, inFolder(`${book}.csv`, [PLAIN_HEADER, ...rows, ''].join('\n'))];
    });
    const out = join(folder, 'killed.json');
    const main = join(import.meta.dirname, '../../cli/main.ts');
    for (let delayMs = 150; delayMs <= 1500; delayMs += 150) {
      rmSync(out, { force: true });
      const child = spawn(process.execPath, [main, 'reconcile', ...books, '--out', out], { stdio: 'ignore' });
      const exited = once(child, 'exit');
      await Promise.race([exited, sleep(delayMs)]);
      child.kill('SIGKILL');
      await exited;
      if (existsSync(out))
        expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ outcome: 'UNBALANCED' });
    }
  }, 30_000);
});
