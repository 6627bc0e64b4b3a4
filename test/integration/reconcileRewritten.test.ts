import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inputFile } from '../../adapters/files/inputFiles.ts';
import { reconcileAny } from '../../cli/commands/reconcileAny.ts';
import { reconcileRewritten } from '../../cli/commands/reconcileRewritten.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import type { Mode } from '../../domain/verdict.ts';
import { PLAIN_HEADER } from '../../pipeline/reconcile/plain/scanRows.ts';
import { books, MODE_BOOKS } from './randomBooks.ts';
import { SAMPLES } from './reconcileHarness.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'duizhang-rewritten-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const options = (mode: Mode, date: string | null = null) => ({ mode, date, rules: DEFAULT_RULES });
const refusal = (error: unknown) => (error instanceof DuizhangError ? error.code : Promise.reject(error));

describe('bills rewritten in the plain shape', () => {
  test('give what reading them line by line gives', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(
        books,
        fc.constantFrom<Mode>('THREE_WAY', 'TWO_WAY', 'REALTIME'),
        fc.constantFrom(null, '2026-03-09'),
        async (all, mode, date) => {
          const files = [];
          for (const { book, bytes } of all.filter((file) => MODE_BOOKS[mode].includes(file.book))) {
            writeFileSync(join(folder, book), bytes);
            files.push(await inputFile(book, book, join(folder, book)));
          }
          const rewritten = await reconcileRewritten(files, options(mode, date), {
            threads: 1,
            hospital: null,
          }).catch(refusal);
          if (rewritten === null) return;
          taken += 1;
          expect(rewritten).toEqual(await reconcileAny(files, options(mode, date), null).catch(refusal));
        },
      ),
      { numRuns: 150 },
    );
    expect(taken).toBeGreaterThan(100);
  }, 60_000);

  test.each([null, '2026-03-09', '2026-03-10'])('give the same on the samples, date %s', async (date) => {
    const bookOf = (name: string) => {
      if (name.startsWith('his-')) return 'MERCHANT';
      if (name.startsWith('platform-')) return 'PLATFORM';
      return /^(wechat-all-2026\d+\.csv|alipay-trade|unionpay)/.test(name) ? 'CHANNEL' : null;
    };
    const files = [];
    for (const name of readdirSync(SAMPLES)) {
      const book = bookOf(name);
      if (book) files.push(await inputFile(book, name, join(SAMPLES, name)));
    }
    const rewritten = await reconcileRewritten(files, options('THREE_WAY', date), {
      threads: 2,
      hospital: null,
    });
    expect(rewritten).not.toBeNull();
    expect(rewritten).toEqual(await reconcileAny(files, options('THREE_WAY', date), null));
  });

  test.each([
    ['a receipt in Chinese', 'O1,T1,,PAYMENT,1.00,2026-03-09 10:00:00,WECHAT,CHECKUP,门诊1'],
    ['a receipt with a comma', 'O1,T1,,PAYMENT,1.00,2026-03-09 10:00:00,WECHAT,CHECKUP,"R1,R2"'],
    ['a sum beyond ten digits', 'O1,T1,,PAYMENT,12345678901.00,2026-03-09 10:00:00,WECHAT,CHECKUP,R1'],
  ])('leave %s to the general way', async (_, row) => {
    const path = join(folder, 'odd.csv');
    writeFileSync(path, `${PLAIN_HEADER}\n${row}\n`);
    const files = [await inputFile('PLATFORM', 'odd', path), await inputFile('CHANNEL', 'odd', path)];
    expect(await reconcileRewritten(files, options('TWO_WAY'), { threads: 1, hospital: null })).toBeNull();
    expect((await reconcileAny(files, options('TWO_WAY'), null)).result.verdicts).toEqual({ MATCHED: 1 });
  });
});
