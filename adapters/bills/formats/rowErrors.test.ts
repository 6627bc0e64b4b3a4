import { describe, expect, test } from 'vitest';
import {
  alipayDetail,
  alipayRow,
  alipaySummary,
  gbk,
  PLAIN_HEADER,
  readAll,
  wechatBill,
  ZM_REFUND,
  zipOf,
  zmLine,
  type AlipayRow,
  type WechatRow,
} from '../testBills.ts';

type RowCase = { readonly why: string; readonly code: string; readonly says: RegExp };

async function onlyError(bytes: Uint8Array | string) {
  const { lines, report } = await readAll(bytes);
  expect(report.errorCount).toBe(1);
  expect(report.errors).toHaveLength(1);
  expect(report.rows).toBe(lines.length + 1);
  return { lines, report, error: report.errors[0] };
}

describe('a WeChat row is kept as an error', () => {
  const GOOD: WechatRow = { txnNo: '42009', orderNo: 'HP9', amount: '7.00' };
  const cases: (RowCase & { row: WechatRow; sums?: Record<number, string> })[] = [
    {
      why: 'with a thousands separator',
      row: { amount: '1,234.50' },
      code: 'DZ_ROW_AMOUNT_THOUSANDS',
      says: /订单金额 is "1,234.50"/,
    },
    { why: 'with an exponent', row: { amount: '1e3' }, code: 'DZ_ROW_AMOUNT', says: /"1e3"/ },
    { why: 'with half a fen', row: { amount: '1.005' }, code: 'DZ_ROW_AMOUNT', says: /"1.005"/ },
    { why: 'with no amount', row: { amount: '' }, code: 'DZ_ROW_AMOUNT', says: /订单金额 is ""/ },
    {
      why: 'beyond Int64',
      row: { amount: '92233720368547758.08' },
      code: 'DZ_ROW_AMOUNT_TOO_LARGE',
      says: /922337/,
    },
    {
      why: 'with a negative amount',
      row: { amount: '-5.00' },
      code: 'DZ_ROW_AMOUNT_NEGATIVE',
      says: /must not be negative/,
    },
    { why: 'with a broken fee', row: { fee: 'x' }, code: 'DZ_ROW_AMOUNT', says: /手续费 is "x"/ },
    {
      why: 'with a refund of nothing',
      row: { state: 'REFUND', refund: '0.00' },
      code: 'DZ_ROW_AMOUNT_ZERO',
      says: /申请退款金额/,
    },
    {
      why: 'revoked without an amount',
      row: { state: 'REVOKED', refund: '0.00' },
      code: 'DZ_ROW_REVOKED',
      says: /申请退款金额/,
    },
    {
      why: 'with an amount cut by Excel',
      row: { amount: '1.2E+5' },
      code: 'DZ_ROW_EXCEL_NUMBER',
      says: /订单金额/,
    },
    {
      why: 'with a number cut by Excel',
      row: { txnNo: '4.20001E+27' },
      code: 'DZ_ROW_EXCEL_NUMBER',
      says: /微信订单号.*original/,
    },
    { why: 'of 30 February', row: { time: '2026-02-30 10:00:00' }, code: 'DZ_ROW_TIME', says: /2026-02-30/ },
    { why: 'without seconds', row: { time: '2026-03-05 10:15' }, code: 'DZ_ROW_TIME', says: /交易时间/ },
    { why: 'of 24:00', row: { time: '2026-03-05 24:00:00' }, code: 'DZ_ROW_TIME', says: /24:00/ },
    {
      why: 'of an unknown state',
      row: { state: 'CLOSED', refund: '0.00' },
      code: 'DZ_ROW_STATE',
      says: /交易状态 is "CLOSED"/,
    },
    { why: 'without an order number', row: { orderNo: '' }, code: 'DZ_ROW_ID', says: /商户订单号 is empty/ },
    { why: 'with a space in its number', row: { orderNo: 'HP 1' }, code: 'DZ_ROW_ID', says: /"HP 1"/ },
    { why: 'with Chinese in its number', row: { orderNo: '订单1' }, code: 'DZ_ROW_ID', says: /"订单1"/ },
    { why: 'with too long a number', row: { orderNo: 'x'.repeat(65) }, code: 'DZ_ROW_ID', says: /1 to 64/ },
    {
      why: 'refunded without a refund number',
      row: { state: 'REFUND', refundNo: '0' },
      code: 'DZ_ROW_ID',
      says: /商户退款单号/,
    },
    {
      why: 'with a column too many',
      row: { product: 'a,`b' },
      code: 'DZ_ROW_COLUMN_COUNT',
      says: /28 columns, its header 27/,
    },
    { why: 'that repeats another', row: GOOD, code: 'DZ_ROW_DUPLICATE', says: /微信订单号 42009/ },
  ];

  test.each(cases)('$why: $code', async ({ row, code, says }) => {
    const { lines, error, report } = await onlyError(wechatBill([GOOD, row]));
    expect(error).toMatchObject({ line: 3, code });
    expect(error?.message).toMatch(says);
    expect(error?.raw).toMatch(/^`20\d\d-/);
    expect(lines.map((line) => line.orderNo)).toEqual(['HP9']);
    expect(report.paymentFen).toBe(700n);
  });

  test('and its readable sums still have to agree with the summary', async () => {
    const bill = (sum: string) =>
      wechatBill([GOOD, { amount: '3.00', time: 'never' }], { summary: { 5: sum } });
    expect((await readAll(bill('10.00'))).report).toMatchObject({ footer: 'VERIFIED', errorCount: 1 });
    await expect(readAll(bill('7.00'))).rejects.toMatchObject({
      code: 'DZ_BILL_TOTALS_MISMATCH',
      details: { what: '订单总金额', stated: '7.00', read: '10.00' },
    });
  });

  test('and where a sum cannot be compared the other sums and the count are', async () => {
    const rows: WechatRow[] = [GOOD, { amount: '1,5.00' }];
    expect((await readAll(wechatBill(rows))).report.footer).toBe('COUNTS_ONLY');
    await expect(readAll(wechatBill(rows, { summary: { 0: '3' } }))).rejects.toThrow(/总交易单数 3.*2/);
    await expect(readAll(wechatBill(rows, { summary: { 4: '9.00000' } }))).rejects.toThrow(
      /手续费总金额 9.00000/,
    );
  });

  test('a row without its backticks is one too, never taken for the summary', async () => {
    const bill = wechatBill([GOOD]).replace('`2026', '2026').replace('`1,`7.00', '`1,`7.00');
    expect((await onlyError(bill)).error).toMatchObject({ line: 2, code: 'DZ_ROW_COLUMN_COUNT' });
  });
});

describe('a WeChat bill', () => {
  test('keeps commas, quotes and backticks of the texts inside their cells', async () => {
    const rows = ['门诊,挂号', '"quoted"', 'a`b', ',', '\\"'].map((product, at) => ({
      txnNo: `42${at}`,
      product,
    }));
    const { lines, report } = await readAll(wechatBill(rows));
    expect(report).toMatchObject({ errorCount: 0, payments: 5 });
    expect(lines.every((line) => line.amountFen === 2500n)).toBe(true);
  });

  test('takes the amount that was asked for, not the one that is settled', async () => {
    const { lines } = await readAll(
      wechatBill([{ state: 'REFUND', refund: '10.00', settledRefund: '8.00' }]),
    );
    expect(lines[0]).toMatchObject({ kind: 'REFUND', amountFen: 1000n, refundNo: 'RF20260305000001' });
  });

  test('has a revoked order as a refund under its own order number', async () => {
    const { lines } = await readAll(
      wechatBill([{ state: 'REVOKED', refund: '0.00', settledRefund: '25.00' }]),
    );
    expect(lines[0]).toMatchObject({ kind: 'REFUND', amountFen: 2500n, refundNo: 'HP20260305000001' });
  });

  test('takes one payment and two refunds of one transaction for three things', async () => {
    const refunds = ['RF1', 'RF2'].map((refundNo) => ({ state: 'REFUND', refundNo }));
    expect((await readAll(wechatBill([{}, ...refunds]))).report).toMatchObject({ rows: 3, errorCount: 0 });
  });
});

describe('an Alipay row is kept as an error', () => {
  const GOOD = alipayRow({ txnNo: '20269', orderNo: 'HP9', amount: '7.00' });
  const cases: (RowCase & { row: AlipayRow; refund?: boolean; sum?: string })[] = [
    {
      why: 'with a negative 交易',
      row: { amount: '-5.00', received: '18.00' },
      code: 'DZ_ROW_AMOUNT_NEGATIVE',
      says: /订单金额 is "-5.00"/,
    },
    {
      why: 'with an unreadable amount',
      row: { amount: '5,00x' },
      code: 'DZ_ROW_COLUMN_COUNT',
      says: /columns/,
    },
    { why: 'with an exponent', row: { amount: '1e3' }, code: 'DZ_ROW_AMOUNT', says: /订单金额 is "1e3"/ },
    { why: 'without its type', row: { type: '' }, code: 'DZ_ROW_STATE', says: /业务类型/ },
    { why: 'with a broken time', row: { time: '2026-03-05' }, code: 'DZ_ROW_TIME', says: /完成时间/ },
    { why: 'without an order number', row: { orderNo: '' }, code: 'DZ_ROW_ID', says: /商户订单号 is empty/ },
    { why: 'cut by Excel', row: { txnNo: '2.02603E+27' }, code: 'DZ_ROW_EXCEL_NUMBER', says: /支付宝交易号/ },
    {
      why: 'that repeats another',
      row: { txnNo: '20269', orderNo: 'HP9' },
      code: 'DZ_ROW_DUPLICATE',
      says: /20269/,
    },
  ];

  test.each(cases)('$why: $code', async ({ row, code, says }) => {
    const trade = '2笔，商家实收共25.00元';
    const bill = alipayDetail([GOOD, alipayRow(row)], { trade, refund: '0笔，商家实收退款共0.00元' });
    const { lines, error } = await onlyError(gbk(bill));
    expect(error).toMatchObject({ line: 7, code });
    expect(error?.message).toMatch(says);
    expect(error?.raw).toContain('门诊挂号');
    expect(lines.map((line) => line.orderNo)).toEqual(['HP9']);
  });
});

describe('an Alipay bill', () => {
  const NONE = '0笔，商家实收退款共0.00元';
  const REFUND = alipayRow({ type: '退款', amount: '-6.00', refundNo: 'RF1' });
  const TOTALS = { trade: '1笔，商家实收共18.00元', refund: '1笔，商家实收退款共-6.00元' };

  test('has refunds without their sign, whichever way they are written', async () => {
    for (const amount of ['-6.00', '6.00']) {
      const bill = alipayDetail(
        [alipayRow({}), alipayRow({ type: '退款', amount, refundNo: 'RF1' })],
        TOTALS,
      );
      const { lines, report } = await readAll(bill);
      expect(lines[1]).toMatchObject({
        kind: 'REFUND',
        amountFen: 600n,
        refundNo: 'RF1',
        orderNo: 'HP20260305100001',
      });
      expect(report).toMatchObject({
        billDate: '2026-03-05',
        merchantNo: '2088000000000001',
        footer: 'VERIFIED',
      });
    }
  });

  test('keeps rows that are neither payment nor refund out of both, and counts them', async () => {
    const { report } = await readAll(
      alipayDetail([alipayRow({}), alipayRow({ type: '充值', amount: '99.00' })], {
        ...TOTALS,
        refund: NONE,
      }),
    );
    expect(report).toMatchObject({ rows: 2, payments: 1, refunds: 0, otherRows: 1, errorCount: 0 });
  });

  test('has no number for a refund sent without one', async () => {
    for (const refundNo of ['', 'HP20260305100001']) {
      const bill = alipayDetail(
        [alipayRow({}), alipayRow({ type: '退款', amount: '-6.00', refundNo })],
        TOTALS,
      );
      expect((await readAll(bill)).lines[1]).toMatchObject({ refundNo: null });
    }
  });

  test('puts a raw comma of 商品名称 back where the times prove its place', async () => {
    const { lines } = await readAll(
      alipayDetail([alipayRow({ product: '门诊,挂,号' })], { ...TOTALS, refund: NONE }),
    );
    expect(lines[0]).toMatchObject({ amountFen: 1800n });
  });

  test('is one bill over several detail parts, each with its own totals or the whole bill’s', async () => {
    const part = (n: number, totals: typeof TOTALS) =>
      gbk(alipayDetail([alipayRow({ txnNo: `2026${n}`, orderNo: `HP${n}` })], totals));
    const summary = gbk(alipaySummary('2,0', '36.00', '36.00', '-0.22'));
    const own = { trade: '1笔，商家实收共18.00元', refund: NONE };
    const whole = { trade: '2笔，商家实收共36.00元', refund: NONE };
    for (const totals of [own, whole]) {
      const zip = await zipOf({
        'a(汇总).csv': summary,
        'a_1.csv': part(1, totals),
        'a_2.csv': part(2, totals),
      });
      expect((await readAll(zip)).report).toMatchObject({ rows: 2, payments: 2, paymentFen: 3600n });
    }
    const wrong = await zipOf({ 'a_1.csv': part(1, own), 'a_2.csv': part(2, whole) });
    await expect(readAll(wrong)).rejects.toMatchObject({ code: 'DZ_BILL_TOTALS_MISMATCH' });
  });

  const detail = () => gbk(alipayDetail([alipayRow({}), REFUND], TOTALS));
  test.each([
    ['gross', alipaySummary('1,1', '18.00')],
    ['net of refunds', alipaySummary('1,1', '12.00')],
  ])('may have its summary %s', async (_, summary) => {
    expect((await readAll(await zipOf({ d: detail(), s: gbk(summary) }))).report.footer).toBe('VERIFIED');
  });

  test.each([
    ['another sum', alipaySummary('1,1', '17.00')],
    ['another count', alipaySummary('2,1', '18.00')],
  ])('is refused when its summary states %s', async (_, summary) => {
    await expect(readAll(await zipOf({ d: detail(), s: gbk(summary) }))).rejects.toMatchObject({
      code: 'DZ_BILL_TOTALS_MISMATCH',
    });
  });

  test.each([
    ['a count of 交易合计', { ...TOTALS, trade: '2笔，商家实收共18.00元' }],
    ['the sum of 交易合计', { ...TOTALS, trade: '1笔，商家实收共18.01元' }],
    ['a count of 退款合计', { ...TOTALS, refund: '0笔，商家实收退款共-6.00元' }],
    ['the sum of 退款合计', { ...TOTALS, refund: '1笔，商家实收退款共-60.00元' }],
  ])('is refused when %s is wrong', async (_, totals) => {
    await expect(readAll(alipayDetail([alipayRow({}), REFUND], totals))).rejects.toMatchObject({
      code: 'DZ_BILL_TOTALS_MISMATCH',
    });
  });

  test.each([
    ['its end line', alipayDetail([alipayRow({})], {}, { listEnd: false })],
    ['half of 退款合计', alipayDetail([alipayRow({})], TOTALS).replace(/商家实收退款.*\r\n/, '')],
  ])('is refused as cut off without %s', async (_, bill) => {
    await expect(readAll(bill)).rejects.toMatchObject({ code: 'DZ_BILL_TRUNCATED' });
  });

  test.each([
    ['交易合计', alipayDetail([alipayRow({})], {})],
    ['退款合计', alipayDetail([alipayRow({})], { trade: '1笔，商家实收共18.00元' })],
  ])('is refused without its %s', async (_, bill) => {
    await expect(readAll(bill)).rejects.toMatchObject({ code: 'DZ_BILL_NO_SUMMARY' });
  });

  test('is read with other brackets, the short refund column, padded # lines and the columns of institutions', async () => {
    const header =
      '支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,订单金额(元),商家实收(元),退款批次号,服务费（元）,实收净额（元）,商户识别号';
    const row = '2026\t,HP1\t,交易\t,x,2026-03-05 09:00:01,2026-03-05 09:00:09,18.00,18.00,\t,-0.11,17.89,1';
    const bill = alipayDetail([row], { ...TOTALS, refund: NONE }, { header });
    const padded = bill.replaceAll(/^(#.*)$/gm, '$1,,,,,,');
    for (const text of [bill, padded])
      expect((await readAll(text)).report).toMatchObject({ payments: 1, errorCount: 0 });
  });
});

describe('a plain row is kept as an error', () => {
  const GOOD = 'HP9,42009,,PAYMENT,7.00,2026-03-05 10:15:22,WECHAT,CHECKUP,R9';
  const cases: (RowCase & { row: string })[] = [
    {
      why: 'with a column missing',
      row: 'HP1,4200,,PAYMENT,25.00',
      code: 'DZ_ROW_COLUMN_COUNT',
      says: /5 columns.* 9/,
    },
    {
      why: 'with a thousands separator',
      row: 'HP1,4200,,PAYMENT,"1,234.50",2026-03-05 10:15:22,WECHAT,,',
      code: 'DZ_ROW_AMOUNT_THOUSANDS',
      says: /1,234.50/,
    },
    {
      why: 'with a negative amount',
      row: 'HP1,4200,,PAYMENT,-1.00,2026-03-05 10:15:22,WECHAT,,',
      code: 'DZ_ROW_AMOUNT_NEGATIVE',
      says: /-1.00/,
    },
    {
      why: 'with an exponent',
      row: 'HP1,4200,,PAYMENT,1e3,2026-03-05 10:15:22,WECHAT,,',
      code: 'DZ_ROW_AMOUNT',
      says: /1e3/,
    },
    {
      why: 'with an unknown kind',
      row: 'HP1,4200,,PAY,1.00,2026-03-05 10:15:22,WECHAT,,',
      code: 'DZ_ROW_STATE',
      says: /kind is "PAY"/,
    },
    {
      why: 'that is a payment with a refund number',
      row: 'HP1,4200,RF1,PAYMENT,1.00,2026-03-05 10:15:22,WECHAT,,',
      code: 'DZ_ROW_STATE',
      says: /refund_no/,
    },
    {
      why: 'with an unknown channel',
      row: 'HP1,4200,,PAYMENT,1.00,2026-03-05 10:15:22,CASH,,',
      code: 'DZ_ROW_CHANNEL',
      says: /"CASH"/,
    },
    {
      why: 'with a slashed time',
      row: 'HP1,4200,,PAYMENT,1.00,2026/03/05 10:15:22,WECHAT,,',
      code: 'DZ_ROW_TIME',
      says: /occurred_at/,
    },
    {
      why: 'without an order number',
      row: ',4200,,PAYMENT,1.00,2026-03-05 10:15:22,WECHAT,,',
      code: 'DZ_ROW_ID',
      says: /order_no is empty/,
    },
    {
      why: 'with a tilde in its number',
      row: 'HP~1,4200,,PAYMENT,1.00,2026-03-05 10:15:22,WECHAT,,',
      code: 'DZ_ROW_ID',
      says: /HP~1/,
    },
    {
      why: 'cut by Excel',
      row: 'HP1,4.2E+27,,PAYMENT,1.00,2026-03-05 10:15:22,WECHAT,,',
      code: 'DZ_ROW_EXCEL_NUMBER',
      says: /channel_txn_no/,
    },
    {
      why: 'whose receipt was cut by Excel',
      row: 'HP1,42,,PAYMENT,1.00,2026-03-05 10:15:22,WECHAT,,2.0E+12',
      code: 'DZ_ROW_EXCEL_NUMBER',
      says: /his_order_no/,
    },
    { why: 'that repeats another', row: GOOD, code: 'DZ_ROW_DUPLICATE', says: /order_no HP9/ },
  ];

  test.each(cases)('$why: $code', async ({ row, code, says }) => {
    const { lines, error } = await onlyError([PLAIN_HEADER, GOOD, row, ''].join('\n'));
    expect(error).toMatchObject({ line: 3, code, raw: row });
    expect(error?.message).toMatch(says);
    expect(lines).toHaveLength(1);
  });

  test('when its channel is not the one asked for', async () => {
    const { report } = await readAll(`${PLAIN_HEADER}\n${GOOD}\n`, { channel: 'ALIPAY' });
    expect(report.errors[0]).toMatchObject({ code: 'DZ_ROW_CHANNEL' });
  });
});

describe('a plain file', () => {
  const rows = (...lines: string[]) => [PLAIN_HEADER, ...lines, ''].join('\n');

  test('has two receipts of one payment as two lines', async () => {
    const receipt = (r: string) => `HP1,4200,,PAYMENT,5.00,2026-03-05 10:15:22,WECHAT,,${r}`;
    const { report } = await readAll(rows(receipt('R1'), receipt('R2')));
    expect(report).toMatchObject({ payments: 2, errorCount: 0 });
  });

  test('has refunds without a number apart by amount and time', async () => {
    const refund = (amount: string) => `HP1,4200,,REFUND,${amount},2026-03-05 10:15:22,WECHAT,,`;
    const { lines, report } = await readAll(rows(refund('5.00'), refund('6.00'), refund('5.00')));
    expect(lines.map((line) => [line.refundNo, line.amountFen])).toEqual([
      [null, 500n],
      [null, 600n],
    ]);
    expect(report.errors.map(({ code }) => code)).toEqual(['DZ_ROW_DUPLICATE']);
  });

  test('takes the channel that was named where it says none', async () => {
    const bill = rows('HP1,4200,,PAYMENT,5.00,2026-03-05 10:15:22,,,');
    expect((await readAll(bill, { channel: 'ALIPAY' })).lines[0]?.channel).toBe('ALIPAY');
    expect((await readAll(bill)).lines[0]?.channel).toBeNull();
  });

  test('may be quoted and hold Chinese in UTF-8 or GBK', async () => {
    const bill = rows(
      '"HP1","4200",,"PAYMENT","5.00","2026-03-05 10:15:22","WECHAT","门诊,""缴费""","收据1"',
    );
    for (const bytes of [Buffer.from(bill), gbk(bill)]) {
      expect((await readAll(bytes)).lines[0]).toMatchObject({
        orderNo: 'HP1',
        businessType: '门诊,"缴费"',
        hisOrderNo: '收据1',
        amountFen: 500n,
      });
    }
  });

  test('takes any amount that fits Int64, to the fen', async () => {
    const { lines, report } = await readAll(
      rows('HP1,1,,PAYMENT,92233720368547758.07,2026-03-05 10:15:22,WECHAT,,'),
    );
    expect(lines[0]?.amountFen).toBe(9_223_372_036_854_775_807n);
    expect(report.paymentFen).toBe(9_223_372_036_854_775_807n);
  });

  test('names no date when its rows lie on several', async () => {
    const at = (time: string, n: number) => `HP${n},${n},,PAYMENT,5.00,${time},WECHAT,,`;
    const { report } = await readAll(rows(at('2026-03-05 23:59:59', 1), at('2026-03-06 00:00:00', 2)));
    expect(report.billDate).toBeNull();
  });
});

describe('a UnionPay row is kept as an error', () => {
  const GOOD = zmLine({ 87: '202603050000000000009', 112: 'HP9' });
  const cases: (RowCase & { line: Buffer })[] = [
    { why: 'that is a void', line: zmLine({ 215: '31' }), code: 'DZ_ROW_STATE', says: /交易类型 is "31"/ },
    {
      why: 'that ends before its type',
      line: zmLine({}, 180),
      code: 'DZ_ROW_COLUMN_COUNT',
      says: /ends at byte 180.*交易类型/,
    },
    {
      why: 'refunded, ending before its original',
      line: zmLine(ZM_REFUND, 470),
      code: 'DZ_ROW_COLUMN_COUNT',
      says: /原始交易订单号/,
    },
    {
      why: 'with shifted fields',
      line: zmLine({ 65: '0000000025000' }),
      code: 'DZ_ROW_COLUMN_COUNT',
      says: /shifted/,
    },
    {
      why: 'with a letter in its amount',
      line: zmLine({ 66: '00000000250O' }),
      code: 'DZ_ROW_AMOUNT',
      says: /交易金额/,
    },
    {
      why: 'of no day',
      line: zmLine({ 35: '0230101522' }),
      code: 'DZ_ROW_TIME',
      says: /交易传输时间 is "0230101522"/,
    },
    {
      why: 'far from its settle date',
      line: zmLine({ 35: '0605101522' }),
      code: 'DZ_ROW_OUTSIDE_DAY',
      says: /2026-06-05 10:15:22.*2026-03-04 23:00:00 to 2026-03-06 00:00:00/,
    },
    {
      why: 'without an order number',
      line: zmLine({ 112: ' '.repeat(16) }),
      code: 'DZ_ROW_ID',
      says: /商户订单号 is empty/,
    },
    {
      why: 'refunded without its original',
      line: zmLine({ ...ZM_REFUND, 476: ' '.repeat(16) }),
      code: 'DZ_ROW_ID',
      says: /原始交易订单号 is empty/,
    },
    { why: 'that repeats another', line: GOOD, code: 'DZ_ROW_DUPLICATE', says: /查询流水号/ },
  ];

  test.each(cases)('$why: $code', async ({ line, code, says }) => {
    const file = Buffer.concat([GOOD, Buffer.from('\r\n'), line, Buffer.from('\r\n')]);
    const { lines, error } = await onlyError(await zipOf({ INN26030588ZM_777000000000001: file }));
    expect(error).toMatchObject({ line: 2, code });
    expect(error?.message).toMatch(says);
    expect(lines.map((l) => l.orderNo)).toEqual(['HP9']);
  });
});

describe('a UnionPay file', () => {
  test('has refunds under their original order and payment', async () => {
    const { lines } = await readAll(Buffer.concat([zmLine({}), Buffer.from('\n'), zmLine(ZM_REFUND)]));
    expect(lines).toMatchObject([
      { kind: 'PAYMENT', orderNo: 'HP20260305200001', refundNo: null, channelTxnNo: '202603051015220000011' },
      {
        kind: 'REFUND',
        orderNo: 'HP20260305200001',
        refundNo: 'RF20260305200001',
        channelTxnNo: '202603051015220000011',
        amountFen: 1000n,
      },
    ]);
  });

  test('of 1 January may hold rows of 31 December', async () => {
    const zip = await zipOf({ INN27010188ZM_777: zmLine({ 35: '1231233000' }) });
    const { lines, report } = await readAll(zip);
    expect(lines[0]?.occurredAtMs).toBe(Date.parse('2026-12-31T23:30:00+08:00'));
    expect(report).toMatchObject({ billDate: '2027-01-01', merchantNo: '777' });
  });

  test('whose lines lost the spaces at their end is read all the same', async () => {
    const lines = [zmLine({}, 240), zmLine(ZM_REFUND, 492)];
    const { report } = await readAll(Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])));
    expect(report).toMatchObject({ payments: 1, refunds: 1, errorCount: 0 });
  });

  test('counts the lines of the ZME beside it, whichever comes first, and reconciles none', async () => {
    const zme = Buffer.alloc(339, 0x20);
    const cells = {
      0: 'E74',
      4: '01020000',
      16: '01020000',
      28: '000001',
      35: '0305101522',
      46: '6217',
      66: '000000002500',
    };
    for (const [at, text] of Object.entries({
      ...cells,
      79: '8062',
      84: '07',
      87: '01',
      90: '000001',
      97: '0305101522',
    })) {
      zme.write(text, Number(at));
    }
    for (const names of [
      ['INN26030588ZM_7', 'INN26030588ZME_7'],
      ['INN26030588ZME_7', 'INN26030588ZM_7'],
    ]) {
      const zip = await zipOf(
        Object.fromEntries(names.map((n) => [n, n.includes('ZME') ? zme : zmLine({})])),
      );
      expect((await readAll(zip)).report).toMatchObject({
        rows: 2,
        payments: 1,
        otherRows: 1,
        errorCount: 0,
      });
    }
  });
});
