import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import yazl from 'yazl';
import { describe, expect, test } from 'vitest';
import { instantOfLocal } from '../../../domain/businessDate.ts';
import type { BillLine } from '../../../domain/ports.ts';
import type { Cell } from './testBooks.ts';
import { mappingOf, PLAIN_MAPPING, readBook, readChunks, workbookOf } from './testBooks.ts';

const HEADER = '平台流水号,退款单号,收据号,业务类型,支付金额,收费时间,类型,支付方式';
const PAID = 'A1,,R1,门诊,25.00,2026-03-09 10:00:00,收费,微信';
const REFUNDED = 'A1,RF1,R2,门诊,5.00,2026-03-09 11:00:00,退费,微信';
const csv = (...rows: readonly string[]) => `${[HEADER, ...rows].join('\n')}\n`;

/** `order refund kind fen channel time`, as little of it as matters. */
const told = (line: BillLine) =>
  `${line.orderNo} ${line.refundNo ?? '-'} ${line.kind} ${line.amountFen} ${line.channel ?? '-'}`;
const at = (text: string) => instantOfLocal(text) ?? Number.NaN;

describe('a CSV with a hospital’s own columns', () => {
  test('gives lines with every field', async () => {
    const { lines, report } = await readBook(csv(PAID, REFUNDED));
    expect(lines).toEqual([
      {
        line: 2,
        kind: 'PAYMENT',
        orderNo: 'A1',
        refundNo: null,
        channel: 'WECHAT',
        channelTxnNo: null,
        hisOrderNo: 'R1',
        amountFen: 2500n,
        occurredAtMs: at('2026-03-09 10:00:00'),
        businessType: '门诊',
      },
      expect.objectContaining({ line: 3, kind: 'REFUND', refundNo: 'RF1', amountFen: 500n }),
    ]);
    expect(report).toMatchObject({
      format: 'mapped-csv',
      billDate: '2026-03-09',
      rows: 2,
      paymentFen: 2500n,
      refundFen: 500n,
      errorCount: 0,
      footer: 'NONE',
    });
  });

  const same: readonly (readonly [string, string | Buffer])[] = [
    ['GBK', iconv.encode(csv(PAID), 'gbk')],
    ['a BOM', `\ufeff${csv(PAID)}`],
    ['CRLF', csv(PAID).replaceAll('\n', '\r\n')],
    ['no last line end', csv(PAID).slice(0, -1)],
    ['gzip', gzipSync(csv(PAID))],
    ['quotes', csv('"A1",,"R1","门诊","25.00","2026-03-09 10:00:00",收费,微信')],
    ['titles above the header', `某某医院对账明细\n日期:,2026-03-09\n\n${csv(PAID)}`],
    ['spaces and tabs around cells', csv('A1\t,, R1,门诊, 25.00 ,2026-03-09 10:00:00,收费,微信')],
    [
      'further columns, in another order',
      '支付方式,备注,类型,收费时间,支付金额,业务类型,收据号,退款单号,平台流水号\n微信,x,收费,2026-03-09 10:00:00,25.00,门诊,R1,,A1\n',
    ],
    ['a NULL where there is no refund', csv('A1,NULL,R1,门诊,25.00,2026-03-09 10:00:00,收费,微信')],
  ];
  test.each(same)('reads the same with %s', async (_, file) => {
    const { lines, report } = await readBook(file);
    expect(report.errors).toEqual([]);
    expect(lines.map(({ line: _line, ...fields }) => fields)).toEqual([
      {
        kind: 'PAYMENT',
        orderNo: 'A1',
        refundNo: null,
        channel: 'WECHAT',
        channelTxnNo: null,
        hisOrderNo: 'R1',
        amountFen: 2500n,
        occurredAtMs: at('2026-03-09 10:00:00'),
        businessType: '门诊',
      },
    ]);
  });
});

describe('a mapping', () => {
  const shapes: readonly (readonly [string, unknown, string, readonly string[]])[] = [
    [
      'takes fen',
      {
        orderNo: 'no',
        amount: { column: 'fen', unit: 'fen' },
        time: { column: 't' },
        kind: 'PAYMENT',
        channel: 'ALIPAY',
      },
      'no,fen,t\nA1,2500,2026-03-09 10:00:00\n',
      ['A1 - PAYMENT 2500 ALIPAY'],
    ],
    [
      'tells refunds by the sign',
      { orderNo: 'no', amount: { column: 'a', unit: 'yuan' }, time: { column: 't' }, kind: 'SIGN' },
      'no,a,t\nA1,25.00,2026-03-09 10:00:00\nA1,-5.00,2026-03-09 10:00:01\n',
      ['A1 - PAYMENT 2500 -', 'A1 - REFUND 500 -'],
    ],
    [
      'takes refunds that a kind column tells and a sign repeats',
      {
        orderNo: 'no',
        amount: { column: 'a', unit: 'yuan', refundsAreNegative: true },
        time: { column: 't' },
        kind: { column: 'k', PAYMENT: '1', REFUND: '2' },
      },
      'no,a,t,k\nA1,25.00,2026-03-09 10:00:00,1\nA1,-5.00,2026-03-09 10:00:01,2\n',
      ['A1 - PAYMENT 2500 -', 'A1 - REFUND 500 -'],
    ],
    [
      'reads a file of refunds by its own columns',
      [
        { orderNo: 'no', amount: { column: 'paid', unit: 'yuan' }, time: { column: 't' }, kind: 'PAYMENT' },
        {
          orderNo: 'no',
          refundNo: 'rno',
          amount: { column: 'back', unit: 'yuan' },
          time: { column: 't' },
          kind: 'REFUND',
        },
      ],
      'no,rno,back,t\nA1,RF1,5.00,2026-03-09 10:00:00\n',
      ['A1 RF1 REFUND 500 -'],
    ],
    [
      'takes the first of several names that the header has',
      {
        orderNo: ['out_trade_no', '商户单号'],
        amount: { column: 'a', unit: 'yuan' },
        time: { column: 't' },
        kind: 'PAYMENT',
      },
      '商户单号,a,t\nA1,1.00,2026-03-09 10:00:00\n',
      ['A1 - PAYMENT 100 -'],
    ],
    [
      'reads other delimiters and time patterns',
      {
        delimiter: ';',
        orderNo: 'no',
        amount: { column: 'a', unit: 'yuan' },
        time: { column: 't', pattern: 'yyyy/M/d H:mm' },
        kind: 'PAYMENT',
      },
      'no;a;t\nA1;1.00;2026/3/9 9:05\n',
      ['A1 - PAYMENT 100 -'],
    ],
    [
      'reads epoch milliseconds',
      {
        orderNo: 'no',
        amount: { column: 'a', unit: 'yuan' },
        time: { column: 't', pattern: 'epochMillis' },
        kind: 'PAYMENT',
      },
      'no,a,t\nA1,1.00,1773021600000\n',
      ['A1 - PAYMENT 100 -'],
    ],
    [
      'passes over rows of totals that it names',
      { ...PLAIN_MAPPING, ignore: ['合计', '总计'] },
      `${csv(PAID)}合计:,,,,25.00,,,\n`,
      ['A1 - PAYMENT 2500 WECHAT'],
    ],
    [
      'passes over other kinds and ways to pay',
      PLAIN_MAPPING,
      csv(
        PAID,
        PAID.replace('收费', '作废').replace('A1', 'A2'),
        PAID.replace('微信', '现金').replace('A1', 'A3'),
      ),
      ['A1 - PAYMENT 2500 WECHAT'],
    ],
    [
      'passes over what insurance alone paid',
      PLAIN_MAPPING,
      csv(PAID, PAID.replace('A1', 'A2').replace('25.00', '0.00')),
      ['A1 - PAYMENT 2500 WECHAT'],
    ],
  ];
  test.each(shapes)('%s', async (_, mapping, file, lines) => {
    const read = await readBook(file, mapping);
    expect(read.report.errors).toEqual([]);
    expect(read.lines.map(told)).toEqual(lines);
  });

  test('counts what it passes over', async () => {
    const { report } = await readBook(csv(PAID, PAID.replace('微信', '现金').replace('A1', 'A3')));
    expect(report).toMatchObject({ rows: 2, otherRows: 1, errorCount: 0 });
  });

  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    [
      'a time pattern without minutes',
      { ...PLAIN_MAPPING, time: { column: 't', pattern: 'yyyy-MM-dd HH' } },
      /time\.pattern: must say yyyy/,
    ],
    [
      'a word with two meanings',
      { ...PLAIN_MAPPING, kind: { column: 'k', PAYMENT: 'x', REFUND: 'x' } },
      /kind: "x" has two meanings/,
    ],
    ['no amount', { ...PLAIN_MAPPING, amount: undefined }, /no mapping/],
    ['an unknown unit', { ...PLAIN_MAPPING, amount: { column: 'a', unit: 'jiao' } }, /no mapping/],
  ];
  test.each(wrong)('is refused for %s', (_, raw, message) => {
    expect(() => mappingOf(raw)).toThrow(message);
  });
});

describe('a bad row is told by line, column and text', () => {
  const cases: readonly (readonly [string, string, string, string | null])[] = [
    ['too few cells', 'A1,,R1,门诊,25.00', 'DZ_ROW_COLUMN_COUNT', null],
    ['a thousands separator', PAID.replace('25.00', '"1,025.00"'), 'DZ_ROW_AMOUNT_THOUSANDS', '支付金额'],
    ['an amount that is none', PAID.replace('25.00', '25元'), 'DZ_ROW_AMOUNT', '支付金额'],
    ['three decimals', PAID.replace('25.00', '25.005'), 'DZ_ROW_AMOUNT', '支付金额'],
    ['an amount that Excel cut', PAID.replace('25.00', '2.5E+15'), 'DZ_ROW_EXCEL_NUMBER', '支付金额'],
    ['a negative payment', PAID.replace('25.00', '-25.00'), 'DZ_ROW_AMOUNT_NEGATIVE', '支付金额'],
    ['more than Int64', PAID.replace('25.00', '92233720368547758.08'), 'DZ_ROW_AMOUNT_TOO_LARGE', '支付金额'],
    ['an order number that Excel cut', PAID.replace('A1', '4.2E+27'), 'DZ_ROW_EXCEL_NUMBER', '平台流水号'],
    ['a receipt number that Excel cut', PAID.replace('R1', '1.1E+20'), 'DZ_ROW_EXCEL_NUMBER', '收据号'],
    ['no order number', PAID.replace('A1', ''), 'DZ_ROW_ID', '平台流水号'],
    ['an order number with a space inside', PAID.replace('A1', 'A 1'), 'DZ_ROW_ID', '平台流水号'],
    ['an unknown kind', PAID.replace('收费', '挂账'), 'DZ_ROW_STATE', '类型'],
    ['an unknown way to pay', PAID.replace('微信', '比特币'), 'DZ_ROW_CHANNEL', '支付方式'],
    ['a payment with a refund number', PAID.replace('A1,,', 'A1,RF1,'), 'DZ_ROW_STATE', '退款单号'],
    ['30 February', PAID.replace('2026-03-09', '2026-02-30'), 'DZ_ROW_TIME', '收费时间'],
    ['another shape of time', PAID.replace('2026-03-09', '2026/03/09'), 'DZ_ROW_TIME', '收费时间'],
    ['a bare number for a time', PAID.replace('2026-03-09 10:00:00', '46090.5'), 'DZ_ROW_TIME', '收费时间'],
    [
      'the same receipt twice',
      PAID.replace('A0', 'A1').replace('A1', 'A0'),
      'DZ_ROW_DUPLICATE',
      '平台流水号',
    ],
  ];
  test.each(cases)('%s', async (_, row, code, column) => {
    const good = PAID.replace('A1', 'A0');
    const { lines, report } = await readBook(csv(good, row));
    expect(lines.map(told)).toEqual(['A0 - PAYMENT 2500 WECHAT']);
    expect(report).toMatchObject({ rows: 2, errorCount: 1 });
    const [error] = report.errors;
    expect(error).toMatchObject({ line: 3, code, column, raw: row });
    expect(error?.messageZh).toMatch(/\p{Script=Han}/u);
  });

  test('another channel than the one that was asked for', async () => {
    const { report } = await readBook(csv(PAID), PLAIN_MAPPING, { channel: 'ALIPAY' });
    expect(report.errors.map(({ code }) => code)).toEqual(['DZ_ROW_CHANNEL']);
  });
});

describe('a file that cannot be trusted is refused whole', () => {
  const cases: readonly (readonly [string, string | Buffer, string, unknown?])[] = [
    ['empty', '', 'DZ_BILL_EMPTY_FILE'],
    ['of other columns', 'a,b,c\n1,2,3\n', 'DZ_BILL_HEADER'],
    ['without a header', `${PAID}\n`, 'DZ_BILL_HEADER'],
    ['with a column twice', `${HEADER},支付金额\n`, 'DZ_BILL_HEADER'],
    ['UTF-16', Buffer.from(`\ufeff${csv(PAID)}`, 'utf16le'), 'DZ_BILL_UTF16'],
    ['binary', Buffer.from([1, 2, 3, 0, 5, 10]), 'DZ_BILL_NOT_TEXT'],
    ['an old workbook', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1]), 'DZ_BILL_UNKNOWN_FORMAT'],
    [
      'a CSV where a workbook is asked for',
      csv(PAID),
      'DZ_BILL_UNKNOWN_FORMAT',
      { ...PLAIN_MAPPING, format: 'xlsx' },
    ],
    ['JSON that is cut off', '[{"a":1},', 'DZ_BILL_HEADER'],
    ['JSON that is none', '[{"a":1 "b"}]', 'DZ_BILL_DAMAGED'],
    ['JSON of numbers', '[1,2]', 'DZ_BILL_DAMAGED'],
    ['damaged gzip', gzipSync(csv(PAID)).subarray(0, 30), 'DZ_BILL_DAMAGED'],
    ['damaged zip', Buffer.from('PK\u0003\u0004 and no more'), 'DZ_BILL_DAMAGED'],
    [
      'the total of a visit with insurance',
      '平台流水号,总金额,医保支付,收费时间\nA1,100.00,75.00,2026-03-09 10:00:00\n',
      'DZ_BILL_TOTAL_NOT_PAID',
      {
        orderNo: '平台流水号',
        amount: { column: '总金额', unit: 'yuan' },
        time: { column: '收费时间' },
        kind: 'PAYMENT',
      },
    ],
    [
      'two kinds that look the same',
      'no,a,t\nA1,1.00,2026-03-09 10:00:00\n',
      'DZ_BILL_HEADER',
      ['PAYMENT', 'REFUND'].map((kind) => ({
        orderNo: 'no',
        amount: { column: 'a', unit: 'yuan' },
        time: { column: 't' },
        kind,
      })),
    ],
  ];
  const named = cases.map(([says, file, code, mapping = PLAIN_MAPPING]) => ({ says, file, code, mapping }));
  test.each(named)('$says', async ({ file, code, mapping }) => {
    const refusal = await readBook(file, mapping).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code, messageZh: expect.stringMatching(/\p{Script=Han}/u) });
  });

  test('of another date', async () => {
    await expect(readBook(csv(PAID), PLAIN_MAPPING, { date: '2026-03-10' })).rejects.toMatchObject({
      code: 'DZ_BILL_OTHER_DATE',
    });
  });

  test('unless the configuration says that the total is what the channel was paid', async () => {
    const mapping = {
      orderNo: '平台流水号',
      amount: { column: '总金额', unit: 'yuan', channelPaid: true },
      time: { column: '收费时间' },
      kind: 'PAYMENT',
    };
    const file = '平台流水号,总金额,医保支付,收费时间\nA1,100.00,0.00,2026-03-09 10:00:00\n';
    expect((await readBook(file, mapping)).lines.map(told)).toEqual(['A1 - PAYMENT 10000 -']);
  });
});

describe('JSON', () => {
  const record = {
    平台流水号: 'A1',
    退款单号: null,
    收据号: 'R1',
    业务类型: '门诊',
    支付金额: 25,
    收费时间: '2026-03-09 10:00:00',
    类型: '收费',
    支付方式: '微信',
  };
  const text = JSON.stringify(record);
  const long = text.replace('"A1"', '4200009900202603090000000024').replace(':25,', ':90071992547409.93,');
  test.each<[string, string | Buffer, string]>([
    ['an array', `[${text}]`, 'A1 - PAYMENT 2500 WECHAT'],
    ['GBK', iconv.encode(`[${text}]`, 'gbk'), 'A1 - PAYMENT 2500 WECHAT'],
    ['lines', `${text}\n`, 'A1 - PAYMENT 2500 WECHAT'],
    ['a BOM and blanks', `\ufeff\n [ ${text} ] \n`, 'A1 - PAYMENT 2500 WECHAT'],
    ['pretty printing', JSON.stringify([record], null, 2), 'A1 - PAYMENT 2500 WECHAT'],
    [
      'numbers that no double holds',
      `[${long}]`,
      '4200009900202603090000000024 - PAYMENT 9007199254740993 WECHAT',
    ],
  ])('is read as %s', async (_, file, line) => {
    const { lines, report } = await readBook(file);
    expect(lines.map(told)).toEqual([line]);
    expect(report.format).toBe('mapped-json');
  });

  test('that is empty is a day without trade', async () => {
    expect((await readBook('[]')).report).toMatchObject({ rows: 0, empty: true });
  });

  test.each([
    ['cut inside of a record', `[${text},{"平台`, 'DZ_BILL_TRUNCATED'],
    ['without its end', `[${text}`, 'DZ_BILL_TRUNCATED'],
    ['with two commas', `[${text},,${text}]`, 'DZ_BILL_DAMAGED'],
    ['with more behind its end', `[${text}] x`, 'DZ_BILL_DAMAGED'],
    ['neither UTF-8 nor GBK', Buffer.from(`[${text}\xff]`, 'latin1'), 'DZ_BILL_NOT_TEXT'],
  ])('is refused when it is %s', async (_, file, code) => {
    await expect(readBook(file)).rejects.toMatchObject({ code });
  });
});

const NAMES = HEADER.split(',');
const paidCells = (more: Readonly<Record<string, Cell>> = {}): readonly Cell[] =>
  NAMES.map((name, column) => more[name] ?? (PAID.split(',')[column] || null));

describe('a workbook', () => {
  test('is read from the first sheet whose header fits, titles above it or not', async () => {
    const file = await workbookOf({
      说明: [['某某医院']],
      明细: [['3月9日对账'], [], NAMES, paidCells(), []],
    });
    const { lines, report } = await readBook(file);
    expect(lines.map((line) => `${line.line} ${told(line)}`)).toEqual(['4 A1 - PAYMENT 2500 WECHAT']);
    expect(report).toMatchObject({ format: 'mapped-xlsx', rows: 1, errorCount: 0 });
  });

  test.each<[string, Readonly<Record<string, Cell>>, string]>([
    ['amounts as numbers', { 支付金额: 25 }, '2500'],
    ['what a formula made of 0.1 + 0.2', { 支付金额: 0.1 + 0.2 }, '30'],
    ['a million yuan and one fen', { 支付金额: 1_000_000.01 }, '100000001'],
    ['the text of a formula', { 支付金额: { v: '25.00', t: 'str' } }, '2500'],
    ['text that stands in its cell', { 支付金额: { v: '25.00', t: 'inlineStr' } }, '2500'],
  ])('takes %s', async (_, cells, fen) => {
    const { lines, report } = await readBook(await workbookOf({ a: [NAMES, paidCells(cells)] }));
    expect(report.errors).toEqual([]);
    expect(lines.map(({ amountFen }) => String(amountFen))).toEqual([fen]);
  });

  test.each<[string, Cell, boolean]>([
    ['a serial', 46_090.416_666_666_664, false],
    ['a serial of 1904', 44_628.416_666_666_664, true],
    ['text', '2026-03-09 10:00:00', false],
    ['ISO 8601', { v: '2026-03-09T10:00:00', t: 'd' }, false],
  ])('takes a time as %s', async (_, time, is1904) => {
    const { lines, report } = await readBook(
      await workbookOf({ a: [NAMES, paidCells({ 收费时间: time })] }, { is1904 }),
    );
    expect(report.errors).toEqual([]);
    expect(lines.map(({ occurredAtMs }) => occurredAtMs)).toEqual([at('2026-03-09 10:00:00')]);
  });

  test('tells bad cells by row and column', async () => {
    const rows = [
      NAMES,
      paidCells({ 支付金额: { v: '#VALUE!', t: 'e' } }),
      paidCells({ 平台流水号: 4.200_009_900_202_603e27 }),
      paidCells({ 支付金额: 25.005 }),
      paidCells({ 收费时间: 3 }),
    ];
    const { lines, report } = await readBook(await workbookOf({ a: rows }));
    expect(lines).toEqual([]);
    expect(report.errors.map(({ line, code, column }) => [line, code, column])).toEqual([
      [2, 'DZ_ROW_CELL', '支付金额'],
      [3, 'DZ_ROW_EXCEL_NUMBER', '平台流水号'],
      [4, 'DZ_ROW_AMOUNT', '支付金额'],
      [5, 'DZ_ROW_TIME', '收费时间'],
    ]);
  });

  test('with payments and refunds in two sheets that the mapping names', async () => {
    const common = { orderNo: 'no', amount: { column: 'a', unit: 'yuan' }, time: { column: 't' } };
    const mapping = [
      { ...common, sheet: '收费', kind: 'PAYMENT' },
      { ...common, sheet: '退费', kind: 'REFUND' },
    ];
    const row = (a: number): Cell[] => ['A1', a, '2026-03-09 10:00:00'];
    const file = await workbookOf({
      收费: [['no', 'a', 't'], row(25)],
      别的: [['no', 'a', 't'], row(9)],
      退费: [['no', 'a', 't'], row(5)],
    });
    const { lines } = await readBook(file, mapping);
    expect(lines.map(told)).toEqual(['A1 - PAYMENT 2500 -', 'A1 - REFUND 500 -']);
  });

  test('without the sheet that is named, or any that fits, is refused', async () => {
    const other = await workbookOf({ a: [['x', 'y']], b: [] });
    await expect(readBook(other)).rejects.toMatchObject({ code: 'DZ_BILL_HEADER' });
    await expect(readBook(other, { ...PLAIN_MAPPING, sheet: '明细' })).rejects.toMatchObject({
      code: 'DZ_BILL_HEADER',
      message: expect.stringContaining('"a", "b"'),
    });
  });

  test('whose parts are damaged is refused', async () => {
    const zip = new yazl.ZipFile();
    zip.addBuffer(Buffer.from('<workbook><sheets>'), 'xl/workbook.xml');
    zip.end();
    const file = Buffer.from(
      await new Response(ReadableStream.from(zip.outputStream as AsyncIterable<Uint8Array>)).arrayBuffer(),
    );
    await expect(readBook(file)).rejects.toMatchObject({ code: 'DZ_BILL_DAMAGED' });
  });

  test('that refers to a text that is not there is refused', async () => {
    const file = await workbookOf({ a: [NAMES, paidCells({ 收据号: { v: '999', t: 's' } })] });
    await expect(readBook(file)).rejects.toMatchObject({ code: 'DZ_BILL_DAMAGED' });
  });
});

test('any split of the bytes gives the same lines, in each format', async () => {
  const record = Object.fromEntries(NAMES.map((name, column) => [name, PAID.split(',')[column] ?? '']));
  const files = [
    Buffer.from(csv(PAID, REFUNDED)),
    iconv.encode(csv(PAID, REFUNDED), 'gbk'),
    Buffer.from(JSON.stringify([record, { ...record, 平台流水号: 'A2' }])),
    await workbookOf({ a: [NAMES, paidCells(), paidCells({ 平台流水号: 'A2' })] }),
  ];
  const mapping = mappingOf(PLAIN_MAPPING);
  for (const file of files) {
    const whole = await readChunks([file], mapping);
    expect(whole.lines).toHaveLength(2);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: file.length - 1 }), { maxLength: 8 }),
        async (cuts) => {
          const edges = [0, ...cuts.toSorted((a, b) => a - b), file.length];
          const chunks = edges.slice(1).map((end, i) => file.subarray(edges[i], end));
          expect(await readChunks(chunks, mapping)).toEqual(whole);
        },
      ),
      { numRuns: 40 },
    );
  }
});

test('a refund in a file that is said to be of payments alone is told, not read as a payment', async () => {
  const mapping = {
    orderNo: '平台流水号',
    amount: { column: '支付金额', unit: 'yuan' },
    time: { column: '收费时间' },
    kind: 'PAYMENT',
    channel: 'WECHAT',
  };
  const { lines, report } = await readBook(csv(PAID, REFUNDED), mapping);
  expect(lines.map(told)).toEqual(['A1 - PAYMENT 2500 WECHAT']);
  expect(report.errors).toMatchObject([{ line: 3, code: 'DZ_ROW_STATE', column: '退款单号' }]);
});
