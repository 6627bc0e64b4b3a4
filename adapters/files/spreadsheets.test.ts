import { buffer, text as textOf } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { readWorkbook, zipTexts } from '../../test/workbook.ts';
import { csvOf } from './csv.ts';
import type { Row, StreamedSheet } from './sheet.ts';
import { NONE, count, id, money, rate, text } from './sheet.ts';
import { xlsxOf } from './xlsx.ts';
import { columnName } from './xlsxRow.ts';

function sheet(...rows: readonly Row[]): StreamedSheet {
  const header = ['单号', '金额(元)', '=说明'];
  return { name: '明细 <1>', header, widths: [20, 12, 30], batches: [rows] };
}

const csv = (...rows: readonly Row[]): Promise<string> => textOf(Readable.from(csvOf(sheet(...rows))));
const xlsx = (...args: Parameters<typeof xlsxOf>) => buffer(Readable.from(xlsxOf(...args)));

const FORMULAS = [
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '\n=1',
  '＝1+1',
  '-2+3+cmd|x',
  '=HYPERLINK("x","y")',
];

describe('a CSV', () => {
  test('opens in Excel: BOM, CRLF, yuan with two decimals, ids that stay text', async () => {
    const written = await csv(
      [id('00012345678901234567'), money(-2505n), text('a "b", c')],
      [id(''), money(0n), count(3)],
      [NONE, money(9_223_372_036_854_775_807n), rate(0.99871)],
    );
    expect(written).toBe(
      "\uFEFF单号,金额(元),'=说明\r\n" +
        '00012345678901234567\t,-25.05,"a ""b"", c"\r\n' +
        ',0.00,3\r\n' +
        ',92233720368547758.07,99.87%\r\n',
    );
  });

  test.each(FORMULAS)('has no cell that acts as a formula: %j', async (formula) => {
    for (const cell of [text(formula), id(formula)]) {
      const [, line = ''] = (await csv([cell])).split(/\r\n(?=["'])/);
      expect(line).toMatch(/^"?'/);
    }
  });

  test('comes in pieces', async () => {
    const rows = Array.from({ length: 10_000 }, (_, n): Row => [id(String(n)), money(BigInt(n)), NONE]);
    const pieces: string[] = [];
    for await (const piece of csvOf(sheet(...rows))) pieces.push(piece);
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.join('').split('\r\n')).toHaveLength(10_002);
  });
});

describe('a workbook', () => {
  test('has amounts as numbers with two decimals, ids as text, a frozen header, its summary first', async () => {
    const rows: Row[] = [
      [id('0001234567890123456'), money(-2505n), count(7)],
      [NONE, money(10n ** 18n), rate(0.5)],
    ];
    const summary = { name: '汇总', header: ['项目'], widths: [9], rows: [[text('行数')]] };
    const bytes = await xlsx([sheet(...rows)], { summary: () => summary });
    const [first, second] = await readWorkbook(bytes);
    expect([first?.name, second?.name]).toEqual(['汇总', '明细 &lt;1&gt;']);
    expect(second?.xml).toContain(
      '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>',
    );
    expect(Object.fromEntries(second?.cells ?? [])).toEqual({
      A1: '单号',
      B1: '金额(元)',
      C1: '=说明',
      A2: '0001234567890123456',
      B2: -25.05,
      C2: 7,
      B3: '10000000000000000.00',
      C3: 0.5,
    });
    const styles = (await zipTexts(bytes)).get('xl/styles.xml') ?? '';
    const formats = Array.from(styles.matchAll(/<xf numFmtId="(\d+)"/g), ([, n]) => n).slice(1);
    expect(second?.xml).toContain('<c r="B2" s="3"><v>-25.05</v></c>');
    expect([formats[3], formats[1]]).toEqual(['4', '49']);
  });

  test('holds any text as it is, and none as a formula', async () => {
    const texts = [
      ...FORMULAS,
      '<&>"\'',
      'a\0b\u001f',
      '_x0041_',
      ' 空格 ',
      '😀',
      '\ud800',
      'x'.repeat(40_000),
    ];
    const bytes = await xlsx([sheet(...texts.map((value) => [text(value)]))]);
    const [read] = await readWorkbook(bytes);
    expect(read?.xml).not.toContain('<f>');
    const shown = texts.map(
      (value) => value.toWellFormed().slice(0, 32_766) + (value.length > 32_767 ? '…' : ''),
    );
    expect(texts.map((_, at) => read?.cells.get(`A${at + 2}`))).toEqual(shown);
  });

  test('goes on in a further sheet where one is full', async () => {
    async function* batches() {
      for (let n = 0; n < 5; n += 1) yield [[text(`${n}a`)], [text(`${n}b`)]];
    }
    const sheets = await readWorkbook(await xlsx([{ ...sheet(), batches: batches() }], { maxRows: 5 }));
    expect(sheets.map(({ name, cells }) => [name, cells.get('A2'), cells.get('A5')])).toEqual([
      ['明细 &lt;1&gt;', '0a', '1b'],
      ['明细 &lt;1&gt; 2', '2a', '3b'],
      ['明细 &lt;1&gt; 3', '4a', undefined],
    ]);
  });

  test('fails when its rows do, and lets go of them when its reader leaves', async () => {
    async function* failing() {
      yield [[text('a')]];
      throw new Error('the ledger went away');
    }
    await expect(xlsx([{ ...sheet(), batches: failing() }])).rejects.toThrow('the ledger went away');
    let letGo = false;
    async function* endless() {
      try {
        for (;;) yield Array.from({ length: 1000 }, (): Row => [text(String(Math.random()))]);
      } finally {
        letGo = true;
      }
    }
    for await (const chunk of xlsxOf([{ ...sheet(), batches: endless() }])) if (chunk.length > 100) break;
    await expect.poll(() => letGo).toBe(true);
  });
});

test('columns are named as a spreadsheet does', () => {
  expect([0, 25, 26, 51, 52, 701, 702].map(columnName)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA']);
});
