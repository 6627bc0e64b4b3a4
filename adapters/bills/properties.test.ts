import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BillLine } from '../../domain/ports.ts';
import { readBill } from './readBill.ts';
import { gbk, readAll, zipOf } from './testBills.ts';
import {
  alipayAccountDetail,
  alipayAccountSummary,
  ALIPAY_29_DAY,
  ALIPAY_DAY,
  ALIPAY_DAY_SUMMARY,
  fundBill,
  PLAIN_DAY,
  UNIONPAY_DAY,
  WECHAT_LAYOUTS,
  ZME_DAY,
} from './testChannelBills.ts';

/** Every text that channels write, and plain CSV. */
const TEXTS: readonly (readonly [string, string])[] = [
  ...Object.entries(WECHAT_LAYOUTS).map(([layout, text]) => [`WeChat ${layout}`, text] as const),
  ['WeChat fund bill', fundBill()],
  ['Alipay business bill', ALIPAY_DAY],
  ['Alipay business bill of 29 columns', ALIPAY_29_DAY],
  ['Alipay account bill', alipayAccountDetail()],
  ['plain CSV', PLAIN_DAY],
];
const BYTES: readonly (readonly [string, () => Promise<Buffer>])[] = [
  ...TEXTS.map(([name, text]) => [name, () => Promise.resolve(Buffer.from(text))] as const),
  [
    'POS bill',
    () => readFile(new URL('../../test/fixtures/samples/unionpay-pos-20260309.csv', import.meta.url)),
  ],
  ['UnionPay ZM', () => Promise.resolve(UNIONPAY_DAY)],
  ['UnionPay ZME', () => Promise.resolve(ZME_DAY)],
  ['gzip', () => Promise.resolve(gzipSync(WECHAT_LAYOUTS.ALL))],
  ['zip', () => zipOf({ detail: gbk(ALIPAY_DAY), summary: gbk(ALIPAY_DAY_SUMMARY) })],
];

const withoutPlace = (lines: readonly BillLine[]) => lines.map((line) => ({ ...line, line: 0 }));

async function* pieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const cut of cuts.toSorted((a, b) => a - b)) {
    yield bytes.subarray(start, cut);
    start = cut;
  }
  yield bytes.subarray(start);
}

describe('any split of the byte stream gives the same rows', () => {
  test.each(BYTES)('%s', async (_, bill) => {
    const bytes = await bill();
    const whole = await readAll(bytes);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 30 }),
        async (cuts) => {
          const { lines, report } = readBill(pieces(bytes, cuts), {});
          const read: BillLine[] = [];
          for await (const batch of lines) read.push(...batch);
          expect({ lines: read, report: await report }).toEqual(whole);
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('encoding, BOM and line ends change nothing', () => {
  test.each(TEXTS)('%s', async (_, text) => {
    const bare = text.replace('\ufeff', '').replaceAll('\r\n', '\n');
    const { lines, report } = await readAll(bare);
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom('plain', 'gzip', 'zip'),
        async (isGbk, hasBom, hasCr, packing) => {
          const ended = hasCr ? bare.replaceAll('\n', '\r\n') : bare;
          const bytes = isGbk ? gbk(ended) : Buffer.from(hasBom ? `\ufeff${ended}` : ended);
          const packed = { plain: bytes, gzip: gzipSync(bytes), zip: await zipOf({ x: bytes }) }[packing];
          const again = await readAll(packed);
          expect(withoutPlace(again.lines)).toEqual(withoutPlace(lines));
          expect(again.report).toEqual(report);
        },
      ),
      { numRuns: 12 },
    );
  });
});

/** Commas stand between cells alone in these bills, but for one quoted cell. */
const CELLS = /(?:"[^"]*"|[^,])+|(?<=^|,)(?=,|$)/g;

describe('another order of the columns, and further ones, change nothing', () => {
  test.each(TEXTS)('%s', async (_, text) => {
    const { lines, report } = await readAll(text);
    const all = text.replace('\ufeff', '').split(/\r?\n/);
    const header = all.find((line) => !line.startsWith('#')) ?? '';
    const columns = header.split(',').length;
    expect(all.filter((line) => line.match(CELLS)?.length === columns).length).toBeGreaterThan(report.rows);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...Array(columns).keys()], { minLength: columns }),
        fc.nat({ max: 3 }),
        async (order, extra) => {
          const shuffled = all.map((line) => {
            const cells = line.match(CELLS) ?? [];
            if (cells.length !== columns || line.startsWith('#')) return line;
            const further = Array.from({ length: extra }, (__, at) =>
              line === header ? `新列${at}` : line.startsWith('`') ? '`x' : 'x',
            );
            return [...order.map((column) => cells[column] ?? ''), ...further].join(',');
          });
          const again = await readAll(shuffled.join('\n'));
          expect(withoutPlace(again.lines)).toEqual(withoutPlace(lines));
          expect(again.report).toEqual(report);
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('one changed amount is always caught where there are totals', () => {
  const WECHAT_AMOUNTS = [
    '应结订单金额',
    '退款金额',
    '手续费',
    '订单金额',
    '申请退款金额',
    '总金额',
    '返还手续费',
  ];
  /** A summary's sums may be gross or net of refunds: less by the fee of the refund, 0.04, the gross sum is the one that it states. */
  const FEN_BETWEEN_READINGS = 4;
  const ALIPAY_AMOUNTS = ['订单金额（元）', '商家实收（元）', '商家优惠（元）', '服务费（元）'];
  const bills: [string, string, readonly string[], (text: string) => Promise<Buffer>][] = [
    ...Object.entries(WECHAT_LAYOUTS).map(
      ([layout, text]): [string, string, readonly string[], (text: string) => Promise<Buffer>] => [
        `WeChat ${layout}`,
        text,
        WECHAT_AMOUNTS,
        (changed) => Promise.resolve(Buffer.from(changed)),
      ],
    ),
    ['WeChat fund bill', fundBill(), ['收支金额(元)'], (changed) => Promise.resolve(Buffer.from(changed))],
    [
      'Alipay business bill with its summary',
      ALIPAY_DAY,
      ALIPAY_AMOUNTS,
      (changed) => zipOf({ detail: gbk(changed), summary: gbk(ALIPAY_DAY_SUMMARY) }),
    ],
    [
      'Alipay account bill with its summary',
      alipayAccountDetail(),
      ['收入金额（+元）', '支出金额（-元）'],
      (changed) => zipOf({ detail: gbk(changed), summary: gbk(alipayAccountSummary()) }),
    ],
  ];

  test.each(bills)('%s', async (_, text, amounts, pack) => {
    const all = text.split('\r\n');
    const headerAt = all.findIndex((line) => !line.startsWith('#'));
    const header = (all[headerAt] ?? '').replace('\ufeff', '').split(',');
    const columns = amounts.map((name) => header.indexOf(name)).filter((at) => at >= 0);
    const rows = all.flatMap((line, at) =>
      at > headerAt && line.split(',').length === header.length ? [at] : [],
    );
    expect(rows.length * columns.length).toBeGreaterThan(1);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...rows),
        fc.constantFrom(...columns),
        fc.integer({ min: 1, max: 9_999_999 }),
        fc.boolean(),
        async (row, column, fen, isLess) => {
          const cells = (all[row] ?? '').split(',');
          const old = /-?\d+\.\d+/.exec(cells[column] ?? '')?.[0] ?? '0.00';
          const units = Math.round(Number(old) * 100);
          const value = Math.max(0, Math.abs(units) + (isLess ? -fen : fen));
          fc.pre(value !== Math.abs(units));
          fc.pre(!(header[column] === '服务费（元）' && isLess && fen === FEN_BETWEEN_READINGS));
          const decimals = (old.split('.')[1] ?? '').length;
          const changed = `${old.startsWith('-') ? '-' : ''}${(value / 100).toFixed(decimals)}`;
          cells[column] = (cells[column] ?? '').replace(old, changed);
          const bytes = await pack(all.with(row, cells.join(',')).join('\r\n'));
          // A changed row may be a row error too; the totals refuse the bill all the same.
          await expect(readAll(bytes)).rejects.toMatchObject({ code: 'DZ_BILL_TOTALS_MISMATCH' });
        },
      ),
      { numRuns: 60 },
    );
  });
});
