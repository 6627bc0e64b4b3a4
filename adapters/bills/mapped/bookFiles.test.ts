import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { zipOf } from '../testBills.ts';
import { excelNumberText } from './excelNumber.ts';
import {
  mappedDay,
  mappingOf,
  PLAIN_MAPPING,
  readBook,
  readChunks,
  workbookOf,
  type ReadBook,
} from './testBooks.ts';

/** How hospitals' files come in truth: what stands around the rows, and what must not pass. */

const NAMES = ['平台流水号', '退款单号', '收据号', '业务类型', '支付金额', '收费时间', '类型', '支付方式'];
const PAID = ['A1', '', 'R1', '门诊', '25.00', '2026-03-09 10:00:00', '收费', '微信'];
const REFUNDED = ['A1', 'RF1', 'R2', '门诊', '5.00', '2026-03-09 11:00:00', '退费', '微信'];
const csv = (...rows: readonly (readonly string[] | string)[]) =>
  [NAMES, ...rows].map((row) => `${typeof row === 'string' ? row : row.join(',')}\n`).join('');
const paid = (orderNo: string, amount = '25.00') => PAID.with(0, orderNo).with(4, amount);
const shown = ({ lines }: ReadBook) =>
  lines.map(({ line, orderNo, refundNo, amountFen }) => `${line} ${orderNo} ${refundNo ?? '-'} ${amountFen}`);
const codes = ({ report }: ReadBook) => report.errors.map(({ line, code, column }) => [line, code, column]);

/** A mapping of three columns, as small files have them. */
const SMALL = { orderNo: 'no', amount: { column: 'a', unit: 'yuan' }, time: { column: 't' } } as const;
const AT = '2026-03-09 10:00:00';

describe('what stands around the rows of a CSV', () => {
  test.each<[string, string, readonly string[]]>([
    ['blank rows', csv(PAID, ',,,,,,,', ' , ,\t,,,,,', paid('A2')), ['2 A1 - 2500', '5 A2 - 2500']],
    ['a comma at the end of each line', csv(PAID).replaceAll('\n', ',\n'), ['2 A1 - 2500']],
    ['tabs between cells', csv(PAID).replaceAll(',', '\t'), ['2 A1 - 2500']],
    ['bars between cells', csv(PAID).replaceAll(',', '|'), ['2 A1 - 2500']],
    [
      'semicolons and quotes',
      csv(PAID)
        .replaceAll(/[^,\n]+/g, '"$&"')
        .replaceAll(',', ';'),
      ['2 A1 - 2500'],
    ],
    ['an apostrophe before a number', csv(PAID.with(0, "'A1")), ['2 A1 - 2500']],
    ['="…" around a number', csv(PAID.with(0, '="A1"')), ['2 A1 - 2500']],
    ['a tab behind a number', csv(PAID.with(0, 'A1\t')), ['2 A1 - 2500']],
    ['a total at the end', csv(PAID, paid('A2', '1.50'), '合计,,,,26.50,,,'), ['2 A1 - 2500', '3 A2 - 150']],
    [
      'a total of payments less refunds',
      csv(PAID, REFUNDED, '总计,,,,20.00,,,'),
      ['2 A1 - 2500', '3 A1 RF1 500'],
    ],
    ['a total of everything', csv(PAID, REFUNDED, '合 计,,,,30.00,,,'), ['2 A1 - 2500', '3 A1 RF1 500']],
    ['a total that stands elsewhere', csv(PAID, ',,合计：,,25.00,,,'), ['2 A1 - 2500']],
    ['totals in one cell', csv(PAID, '合计：1笔 25.00元'), ['2 A1 - 2500']],
    [
      'subtotals',
      csv(PAID, '小计,,,,25.00,,,', paid('A2'), '小计,,,,25.00,,,', '合计,,,,50.00,,,'),
      ['2 A1 - 2500', '4 A2 - 2500'],
    ],
    [
      'a total of each window',
      csv(PAID, '合计,,,,25.00,,,', paid('A2'), '合计,,,,25.00,,,'),
      ['2 A1 - 2500', '4 A2 - 2500'],
    ],
    ['an English total', csv(PAID, 'Total,,,,25.00,,,'), ['2 A1 - 2500']],
  ])('%s', async (_, file, lines) => {
    const read = await readBook(file);
    expect(read.report.errors).toEqual([]);
    expect(shown(read)).toEqual(lines);
    expect(read.report.rows).toBe(lines.length);
    const gbk = await readBook(iconv.encode(file, 'gbk'));
    expect(shown(gbk)).toEqual(lines);
  });

  test('a total that was held against the rows is said to be', async () => {
    expect((await readBook(csv(PAID, '合计,,,,25.00,,,'))).report.footer).toBe('PARTIAL');
    expect((await readBook(csv(PAID))).report.footer).toBe('NONE');
  });

  test.each([
    ['a total that the rows do not give', csv(PAID, '合计,,,,26.00,,,')],
    ['a row that was cut out', csv(PAID, '合计,,,,50.00,,,')],
  ])('%s refuses the file', async (_, file) => {
    const refusal = await readBook(file).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'DZ_BILL_TOTALS_MISMATCH', details: { line: 3 } });
    expect((await readBook(file, { ...PLAIN_MAPPING, checkTotals: false })).lines).toHaveLength(1);
  });

  test('no total is held against rows whose amounts cannot be read', async () => {
    const { report } = await readBook(csv(PAID, paid('A2', '1e3'), '合计,,,,1025.00,,,'));
    expect(report).toMatchObject({ errorCount: 1, footer: 'NONE' });
  });

  test('an order that is called like a total is none', async () => {
    expect(shown(await readBook(csv(paid('TOTAL1'), paid('Total-2'))))).toEqual([
      '2 TOTAL1 - 2500',
      '3 Total-2 - 2500',
    ]);
  });

  test('a row that begins with a longer word is a row, and told when it is bad', async () => {
    const read = await readBook(csv(PAID, '总计划,,,,25.00,,,'));
    expect(read.report).toMatchObject({ rows: 2, errorCount: 1 });
  });

  test('GBK words that nearly look like UTF-8 are read right', async () => {
    const { lines } = await readBook(iconv.encode(csv(PAID.with(3, '签到')), 'gbk'));
    expect(lines[0]?.businessType).toBe('签到');
  });
});

describe('files of a book', () => {
  const PAIR = [
    { ...SMALL, title: '收费明细', kind: 'PAYMENT' },
    { ...SMALL, title: '退费明细', kind: 'REFUND' },
  ] as const;
  const payments = `某医院收费明细\nno,a,t\nA1,25.00,${AT}\n`;
  const refunds = `某医院退费明细\nno,a,t\nA1,5.00,${AT}\n`;

  test('with the same columns are told apart by their titles', async () => {
    expect(shown(await readBook(payments, PAIR))).toEqual(['3 A1 - 2500']);
    const { lines, report } = await readBook(
      await zipOf({ a: Buffer.from(payments), b: Buffer.from(refunds) }),
      PAIR,
    );
    expect(lines.map(({ kind }) => kind)).toEqual(['PAYMENT', 'REFUND']);
    expect(report.billType).toBe('MAPPED');
  });

  test.each([
    ['payments', payments, PAIR, 'PAYMENTS_ONLY'],
    ['refunds', refunds, PAIR, 'REFUNDS_ONLY'],
    [
      'payments on a day without the other file',
      payments,
      [PAIR[0], { ...PAIR[1], mayBeMissing: true }],
      'MAPPED',
    ],
  ])('of %s alone say so', async (_, file, mapping, billType) => {
    expect((await readBook(file, mapping)).report.billType).toBe(billType);
  });

  test('of nothing beside others are days without their rows', async () => {
    const file = await zipOf({
      a: Buffer.from(payments),
      b: Buffer.from('某医院退费明细\nno,a,t\n'),
      c: Buffer.alloc(0),
    });
    expect((await readBook(file, PAIR)).report).toMatchObject({ rows: 1, billType: 'MAPPED' });
  });

  test('name the file of a row in error', async () => {
    const bad = refunds.replace('5.00', 'x');
    const { report } = await readBook(
      await zipOf({ 'a.csv': Buffer.from(payments), 'b.csv': Buffer.from(bad) }),
      PAIR,
    );
    expect(report.errors).toMatchObject([{ line: 3, message: expect.stringContaining('b.csv') }]);
  });

  test('two of one name in an archive are both read', async () => {
    // A zip may hold two files of one name; each has to be read as itself.
    const both = await zipOf({ 'p1.csv': Buffer.from(payments), 'p2.csv': Buffer.from(refunds) });
    const bytes = Buffer.from(both.toString('latin1').replaceAll('p2.csv', 'p1.csv'), 'latin1');
    expect((await readBook(bytes, PAIR)).lines.map(({ kind }) => kind)).toEqual(['PAYMENT', 'REFUND']);
  });
});

const workbook = (rows: Parameters<typeof workbookOf>[0][string]) => workbookOf({ 明细: rows });

describe('workbooks', () => {
  test.each<[string, (file: Buffer) => Buffer | Promise<Buffer>]>([
    ['as they are', (file) => file],
    ['in a gzip', (file) => gzipSync(file)],
    ['in a zip', (file) => zipOf({ 'his.xlsx': file })],
    ['in a zip in a gzip', async (file) => gzipSync(await zipOf({ x: file }))],
  ])('are read %s, whatever their name', async (_, pack) => {
    const read = await readBook(await pack(await workbook([NAMES, PAID])));
    expect(shown(read)).toEqual(['2 A1 - 2500']);
    expect(read.report.format).toBe('mapped-xlsx');
  });

  test('with rows in several sheets are read whole', async () => {
    const file = await workbookOf({ 明细1: [NAMES, PAID], 说明: [['导出说明']], 明细2: [NAMES, paid('A2')] });
    const { lines, report } = await readBook(file);
    expect(lines.map(({ orderNo }) => orderNo)).toEqual(['A1', 'A2']);
    expect(report.unreadSheets).toEqual(['说明']);
  });

  test('name the sheet of a row in error', async () => {
    const file = await workbookOf({ 一: [NAMES, PAID], 二: [NAMES, paid('A2', 'x')] });
    expect((await readBook(file)).report.errors).toMatchObject([
      { line: 2, message: expect.stringContaining('二') },
    ]);
  });

  test('hide no rows: a hidden sheet is told, and read where it is named', async () => {
    const file = await workbookOf({ a: [NAMES, PAID], b: [NAMES, paid('A2')] }, { hidden: ['b'] });
    const read = await readBook(file);
    expect([shown(read), read.report.unreadSheets]).toEqual([['2 A1 - 2500'], ['b']]);
    expect(shown(await readBook(file, { ...PLAIN_MAPPING, sheet: 'b' }))).toEqual(['2 A2 - 2500']);
    const all = await workbookOf({ a: [NAMES, PAID] }, { hidden: ['a'] });
    await expect(readBook(all)).rejects.toMatchObject({ code: 'DZ_BILL_HEADER' });
  });

  test('pass over blank rows and remarks beside the table', async () => {
    const read = await readBook(await workbook([NAMES, [], [null, ' '], [...PAID, null, '备注'], [null]]));
    expect(shown(read)).toEqual(['4 A1 - 2500']);
    expect(read.report.rows).toBe(1);
  });

  test('end with a total that is held against the rows', async () => {
    const total = (amount: number) => workbook([NAMES, PAID, ['合计', null, null, null, amount]]);
    expect((await readBook(await total(25))).report.footer).toBe('PARTIAL');
    await expect(readBook(await total(25.01))).rejects.toMatchObject({ code: 'DZ_BILL_TOTALS_MISMATCH' });
  });

  const sheet = (rows: string, more = '') => {
    const names = NAMES.map(
      (name, at) => `<c r="${'ABCDEFGH'[at]}1" t="inlineStr"><is><t>${name}</t></is></c>`,
    );
    const xml = `<worksheet><sheetData><row r="1">${names.join('')}</row>${rows}</sheetData>${more}</worksheet>`;
    return Buffer.from(xml);
  };
  const row = (n: number, amount = '<v>25</v>', type = '') => {
    const text = (cell: string, value: string) =>
      `<c r="${cell}${n}" t="inlineStr"><is><t>${value}</t></is></c>`;
    return `<row r="${n}">${text('A', `A${n}`)}${text('C', `R${n}`)}<c r="E${n}"${type}>${amount}</c><c r="F${n}"><v>46090.5</v></c>${text('G', '收费')}${text('H', '微信')}</row>`;
  };
  const raw = (xml: Buffer) => workbookOf({ a: [] }, { sheet: xml });

  test.each<[string, string, string, readonly unknown[]]>([
    ['a formula with its result', '<f>E1*2</f><v>25</v>', '', []],
    ['a formula without its result', '<f>E1*2</f>', '', [[2, 'DZ_ROW_CELL', '支付金额']]],
    ['a formula with an empty result', '<f>E1*2</f><v></v>', '', [[2, 'DZ_ROW_CELL', '支付金额']]],
    ['an error', '<v>#REF!</v>', ' t="e"', [[2, 'DZ_ROW_CELL', '支付金额']]],
    ['a truth value', '<v>1</v>', ' t="b"', []],
    ['a hexadecimal', '<v>0x19</v>', '', [[2, 'DZ_ROW_AMOUNT', '支付金额']]],
    ['half a fen', '<v>25.005</v>', '', [[2, 'DZ_ROW_AMOUNT', '支付金额']]],
    ['text in runs', '<is><r><t>25</t></r><r><t>.00</t></r><rPh><t>x</t></rPh></is>', ' t="inlineStr"', []],
  ])('take %s for what it is', async (_, amount, type, errors) => {
    expect(codes(await readBook(await raw(sheet(row(2, amount, type)))))).toEqual(errors);
  });

  test('are refused where a column of the book is merged over several rows', async () => {
    const merged = (ref: string) =>
      raw(sheet(row(2) + row(3), `<mergeCells><mergeCell ref="${ref}"/></mergeCells>`));
    await expect(readBook(await merged('C2:C3'))).rejects.toMatchObject({
      code: 'DZ_BILL_MERGED_CELLS',
      message: expect.stringContaining('C2:C3 of 收据号'),
    });
    for (const harmless of ['A1:H1', 'J2:J3', 'A4:D4'])
      expect((await readBook(await merged(harmless))).lines).toHaveLength(2);
  });

  test('with prefixes before every name, as some libraries write them, are read', async () => {
    const prefixed = sheet(row(2))
      .toString()
      .replaceAll(/<(\/?)(\w)/g, '<$1x:$2')
      .replace('<x:worksheet', '<x:worksheet xmlns:x="x"');
    expect(shown(await readBook(await raw(Buffer.from(prefixed))))).toEqual(['2 A2 - 2500']);
  });

  test.each<[string, () => Promise<Buffer>, string]>([
    ['rows out of order', () => raw(sheet(row(3) + row(2))), 'DZ_BILL_DAMAGED'],
    ['a row twice', () => raw(sheet(row(2) + row(2))), 'DZ_BILL_DAMAGED'],
    ['XML that is cut off', () => raw(sheet(row(2)).subarray(0, -30)), 'DZ_BILL_DAMAGED'],
    [
      'a sheet that is not UTF-8',
      () => raw(Buffer.concat([sheet(row(2)), Buffer.from([0xff])])),
      'DZ_BILL_DAMAGED',
    ],
    [
      'a document type',
      () => raw(Buffer.from(`<!DOCTYPE x [<!ENTITY a "aaaa">]>${sheet(row(2)).toString()}`)),
      'DZ_BILL_BOMB',
    ],
    [
      'a cell of 100,000 characters',
      () => raw(sheet(row(2, `<v>${'9'.repeat(100_000)}</v>`))),
      'DZ_BILL_LINE_TOO_LONG',
    ],
    ['no header', () => workbook([PAID]), 'DZ_BILL_HEADER'],
    ['a header that lacks a column', () => workbook([NAMES.slice(0, 7), PAID]), 'DZ_BILL_HEADER'],
    ['a column twice', () => workbook([[...NAMES, '支付金额'], PAID]), 'DZ_BILL_HEADER'],
    [
      'a further archive in its zip',
      async () => zipOf({ a: await zipOf({ b: Buffer.from('x') }) }),
      'DZ_BILL_UNKNOWN_FORMAT',
    ],
  ])('with %s are refused', async (_, file, code) => {
    const refusal = await file()
      .then((bytes) => readBook(bytes))
      .catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code, messageZh: expect.stringMatching(/\p{Script=Han}/u) });
  });

  test('that unpack to too much are refused: sheets and shared texts', async () => {
    const limits = {
      maxBytes: 1 << 20,
      maxRatio: 300,
      freeBytes: 1 << 18,
      maxArchiveBytes: 1 << 20,
      maxEntries: 100,
    };
    const large = await raw(sheet(row(2), ' '.repeat(1 << 21)));
    await expect(readBook(large, PLAIN_MAPPING, { limits })).rejects.toMatchObject({ code: 'DZ_BILL_BOMB' });
    const texts = await workbookOf(
      { a: [NAMES] },
      { texts: `<sst>${'<si><t/></si>'.repeat(1 << 18)}</sst>` },
    );
    await expect(readBook(texts, PLAIN_MAPPING, { limits })).rejects.toMatchObject({ code: 'DZ_BILL_BOMB' });
  });

  test('of shared texts beyond all measure are refused while they are read', async () => {
    const texts = `<sst>${`<si><t>${'x'.repeat(32_000)}</t></si>`.repeat(9_000)}</sst>`;
    await expect(readBook(await workbookOf({ a: [NAMES] }, { texts }))).rejects.toMatchObject({
      code: 'DZ_BILL_BOMB',
    });
  }, 20_000);
});

test.each([
  ['25', '25'],
  ['25.10', '25.1'],
  ['0.30000000000000004', '0.3'],
  ['33.333333333333336', '33.3333333333333'],
  ['1.0000000000000001E2', '100'],
  ['2.5E1', '25'],
  ['123456789012345', '123456789012345'],
  ['1234567890123456', '1.234567890123456e+15'],
  ['4.2000099002026E+27', '4.2000099002026e+27'],
  // Not one fen is rounded away from what the file writes.
  ['99999999999999.99', '99999999999999.99'],
  ['9007199254740.993', '9007199254740.993'],
  ['-5.00', '-5'],
  ['0x19', '0x19'],
  ['Infinity', 'Infinity'],
  ['', ''],
])('the number cell %j is %j', (stored, text) => {
  expect(excelNumberText(stored)).toBe(text);
});

describe('JSON', () => {
  const record = { no: 'A1', a: 25, t: AT };
  const NESTED = { ...SMALL, kind: 'PAYMENT', records: 'data.list' } as const;
  const PLAIN = { ...SMALL, kind: 'PAYMENT' } as const;

  test('may hold its records in a named array', async () => {
    const file = {
      code: 0,
      msg: '"list": [',
      other: [[1, [2]], { list: [{}] }],
      data: { total: 1, list: [record] },
      end: null,
    };
    expect(shown(await readBook(JSON.stringify(file), NESTED))).toEqual(['1 A1 - 2500']);
    expect(shown(await readBook(JSON.stringify(file, null, 2), NESTED))).toEqual(['1 A1 - 2500']);
    expect((await readBook('{"data":{"list":[]}}', NESTED)).report).toMatchObject({ empty: true });
  });

  test('may hold payments and refunds in two', async () => {
    const mapping = [
      { ...PLAIN, records: 'paid', orderNo: 'payNo' },
      { ...SMALL, kind: 'REFUND', records: 'back', orderNo: 'backNo' },
    ];
    const file = { paid: [{ payNo: 'A1', a: 25, t: AT }], back: [{ backNo: 'A1', a: '5.00', t: AT }] };
    const { lines, report } = await readBook(JSON.stringify(file), mapping);
    expect(lines.map(({ kind, amountFen }) => `${kind} ${amountFen}`)).toEqual([
      'PAYMENT 2500',
      'REFUND 500',
    ]);
    expect(report.billType).toBe('MAPPED');
  });

  test('may leave out what is blank, and order its keys as it likes', async () => {
    const rows = [
      record,
      { t: AT, a: '1.00', no: 'A2', refundNo: null },
      { ...record, no: 'A3', more: { x: [1] } },
    ];
    expect(shown(await readBook(JSON.stringify(rows), PLAIN))).toEqual([
      '1 A1 - 2500',
      '2 A2 - 100',
      '3 A3 - 2500',
    ]);
  });

  test('tells records that lack what they need, or hold what is no value', async () => {
    const rows = [
      record,
      { no: 'A2', t: AT },
      { x: 1 },
      {},
      { ...record, no: 'A5', a: { yuan: 1 } },
      { ...record, no: 6.0 },
    ];
    const read = await readBook(JSON.stringify(rows), PLAIN);
    expect(codes(read)).toEqual([
      [2, 'DZ_ROW_AMOUNT', 'a'],
      [3, 'DZ_ROW_AMOUNT', 'a'],
      [4, 'DZ_ROW_AMOUNT', 'a'],
      [5, 'DZ_ROW_CELL', 'a'],
    ]);
    expect(shown(read)).toEqual(['1 A1 - 2500', '6 6 - 2500']);
  });

  test.each<[string, string, unknown, string]>([
    ['no such array', '{"data":{"rows":[]}}', NESTED, 'DZ_BILL_HEADER'],
    ['an array of numbers', '{"data":{"list":[1]}}', NESTED, 'DZ_BILL_DAMAGED'],
    ['an end that is not there', `{"data":{"list":[${JSON.stringify(record)}]}`, NESTED, 'DZ_BILL_TRUNCATED'],
    ['more behind its end', '{"data":{"list":[]}}{}', NESTED, 'DZ_BILL_DAMAGED'],
    ['brackets that do not match', '{"data":{"list":[]]', NESTED, 'DZ_BILL_DAMAGED'],
    ['a depth that no answer has', '{"a":'.repeat(5_000), NESTED, 'DZ_BILL_DAMAGED'],
    ['an object where the mapping names no array', '{"data":[{"no":"A1"}]}', PLAIN, 'DZ_BILL_HEADER'],
    [
      'insurance beside a total',
      '[{"no":"A1","总金额":1,"医保支付":1,"t":""}]',
      { ...PLAIN, amount: { column: '总金额', unit: 'yuan' } },
      'DZ_BILL_TOTAL_NOT_PAID',
    ],
  ])('with %s is refused', async (_, file, mapping, code) => {
    await expect(readBook(file, mapping)).rejects.toMatchObject({ code });
  });

  test.each([
    ['excel', 46_090.416_666_666_664],
    ['epochSeconds', 1_773_021_600],
    ['epochMillis', 1_773_021_600_000],
    ['yyyyMMddHHmmss', 20_260_309_100_000],
    ['yyyy年M月d日 H时m分', '2026年3月9日 10时0分'],
    ['yyyy-MM-ddTHH:mm:ss.SSS', '2026-03-09T10:00:00.000'],
  ])('takes a time as %s', async (pattern, t) => {
    const { lines } = await readBook(JSON.stringify([{ ...record, t }]), {
      ...PLAIN,
      time: { column: 't', pattern },
    });
    expect(lines[0]?.occurredAtMs).toBe(1_773_021_600_000);
  });
});

describe('with medical insurance, the amount is the part that the channel was paid', () => {
  test.each([
    ['总金额', '医保支付', false],
    ['金额', '统筹支付', false],
    ['totalMoney', 'payMoney', false],
    ['总费用', '渠道实付', false],
    ['医保统筹支付', '个人账户支付', false],
    ['自付金额', '医保支付', true],
    ['个人现金支付', '医保基金', true],
    ['微信支付金额', '总金额', true],
    ['payMoney', 'totalMoney', true],
    ['金额', '支付渠道', true],
    ['总金额', '医保类型', true],
    ['总金额', '渠道支付方式', true],
  ])('%s beside %s: taken %s', async (amount, other, isTaken) => {
    const file = `no,${amount},${other},t\nA1,25.00,1,${AT}\n`;
    const read = readBook(file, { ...SMALL, kind: 'PAYMENT', amount: { column: amount, unit: 'yuan' } });
    if (isTaken) expect(shown(await read)).toEqual(['2 A1 - 2500']);
    else await expect(read).rejects.toMatchObject({ code: 'DZ_BILL_TOTAL_NOT_PAID' });
  });
});

describe('the same rows, however the file is written', () => {
  const NAMED = mappingOf(PLAIN_MAPPING);
  const rows = mappedDay()
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));

  test('in another order of columns, delimiter, encoding, line end, with a title or a total', async () => {
    const { lines } = await readBook(mappedDay());
    const fen = lines.reduce((sum, { amountFen }) => sum + amountFen, 0n);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...NAMES.keys()], { minLength: NAMES.length }),
        fc.record({
          delimiter: fc.constantFrom(',', '\t', ';', '|'),
          end: fc.constantFrom('\n', '\r\n'),
          encoding: fc.constantFrom('utf8', 'utf8 with BOM', 'gbk'),
          title: fc.boolean(),
          total: fc.boolean(),
          cuts: fc.array(fc.nat({ max: 2000 }), { maxLength: 6 }),
        }),
        async (order, { delimiter, end, encoding, title, total, cuts }) => {
          const table = rows.map((cells) => order.map((at) => cells[at] ?? ''));
          const totals = order.map((at, n) =>
            n === 0
              ? '合计'
              : NAMES[at] === '支付金额'
                ? `${fen / 100n}.${String(fen % 100n).padStart(2, '0')}`
                : '',
          );
          const all = [...(title ? [['某医院对账单']] : []), ...table, ...(total ? [totals] : [])];
          const text = all.map((cells) => cells.join(delimiter) + end).join('');
          const bytes =
            encoding === 'gbk'
              ? iconv.encode(text, 'gbk')
              : Buffer.from(encoding === 'utf8' ? text : `\ufeff${text}`);
          const edges = [
            0,
            ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b),
            bytes.length,
          ];
          const chunks = edges.slice(1).map((edge, n) => bytes.subarray(edges[n], edge));
          const again = await readChunks(chunks, NAMED);
          expect(again.report.errors).toEqual([]);
          expect(again.lines.map((line) => ({ ...line, line: 0 }))).toEqual(
            lines.map((line) => ({ ...line, line: 0 })),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});
