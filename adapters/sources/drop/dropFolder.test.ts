import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ArrivedBill, BillInbox } from '../../../domain/billSource.ts';
import { dateInName } from './dateInName.ts';
import { dropFolder } from './dropFolder.ts';

let folder: string;
let nowMs = 0;
let inbox: BillInbox;
const another = (): BillInbox => dropFolder({ merchantId: 'H001', folder, settleMs: 10_000 }, () => nowMs);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dz-drop-'));
  nowMs = 1_000_000;
  inbox = another();
  await look();
});
afterEach(() => rm(folder, { recursive: true }));

async function look(end: (bill: ArrivedBill) => Promise<void> = (bill) => bill.done()): Promise<string[]> {
  const names: string[] = [];
  for await (const bill of inbox.arrived()) {
    names.push(`${bill.book} ${bill.bill.fileName}`);
    await end(bill);
  }
  return names;
}

const put = (path: string, text = 'x') => writeFile(join(folder, path), text);
const settled = async (end?: (bill: ArrivedBill) => Promise<void>) => {
  await look();
  nowMs += 10_000;
  return look(end);
};

test('a file is taken once, when it has not changed for a while', async () => {
  await put('merchant/his.csv');
  expect(await look()).toEqual([]);
  nowMs += 9_000;
  await appendFile(join(folder, 'merchant/his.csv'), 'more');
  expect(await look()).toEqual([]);
  nowMs += 9_999;
  expect(await look()).toEqual([]);
  nowMs += 1;
  expect(await look()).toEqual(['MERCHANT his.csv']);
  nowMs += 60_000;
  expect(await look()).toEqual([]);
  expect(await readdir(join(folder, 'done/merchant'))).toEqual(['his.csv']);
});

test('what its writer has not finished, links and folders are left alone', async () => {
  for (const name of ['a.csv.part', '.hidden', 'b.tmp', '~c.csv']) await put(`channel/${name}`);
  await symlink('/etc/hostname', join(folder, 'channel/link.csv'));
  await mkdir(join(folder, 'channel/sub'));
  expect(await settled()).toEqual([]);
});

test('a refused file lies beside its reason', async () => {
  await put('platform/p.csv');
  await settled((bill) => bill.refuse('DZ_BILL_TRUNCATED', 'it is cut off'));
  expect(await readFile(join(folder, 'refused/platform/p.csv.reason.txt'), 'utf8')).toBe(
    'DZ_BILL_TRUNCATED\nit is cut off\n',
  );
  expect(await readdir(join(folder, 'refused/platform'))).toEqual(['p.csv', 'p.csv.reason.txt']);
});

test('nothing is ever overwritten', async () => {
  for (const text of ['one', 'two', 'three']) {
    await put('merchant/his.csv.gz', text);
    await settled();
  }
  const names = ['his.csv.gz', 'his~2.csv.gz', 'his~3.csv.gz'];
  expect((await readdir(join(folder, 'done/merchant'))).sort()).toEqual(names);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, 'done/merchant', name), 'utf8')));
  expect(texts).toEqual(['one', 'two', 'three']);
});

test('what a killed process was at is looked at first by the next, and is never lost', async () => {
  await put('merchant/his.csv', 'bytes');
  // Killed while it imports: no end follows.
  expect(await settled(async () => undefined)).toEqual(['MERCHANT his.csv']);
  expect(existsSync(join(folder, 'merchant/his.csv'))).toBe(false);
  inbox = another();
  expect(await look()).toEqual(['MERCHANT his.csv']);
  expect(await readFile(join(folder, 'done/merchant/his.csv'), 'utf8')).toBe('bytes');
});

test('a file that was put back is looked at again', async () => {
  await put('merchant/his.csv');
  await settled((bill) => bill.putBack());
  expect(await settled()).toEqual(['MERCHANT his.csv']);
});

test.each([
  ['his-2026-03-09.csv', '2026-03-09'],
  ['20880000000000010156_20260309_业务明细.csv', '2026-03-09'],
  ['his_2026_03_09_v2.csv', '2026-03-09'],
  ['2026-03-09_to_2026-03-10.csv', null],
  ['his-20261399.csv', null],
  ['12026030912.csv', null],
])('the date in the name %s is %s', (name, date) => {
  expect(dateInName(name)).toBe(date);
});
