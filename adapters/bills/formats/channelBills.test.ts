import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { MerchantChannel } from '../../../domain/merchant.ts';
import { alipayDetail, alipayRow, gbk, readAll, WECHAT_ALL_HEADER, zipOf, zmLine } from '../testBills.ts';
import {
  alipay29Row,
  alipayAccountDetail,
  alipayAccountSummary,
  ALIPAY_29_DAY,
  ALIPAY_29_HEADER,
  ALIPAY_DAY,
  ALIPAY_DAY_SUMMARY,
  ALIPAY_DAY_TOTALS,
  ACCOUNT_HEADER,
  ACCOUNT_ROWS,
  FUND_HEADER,
  FUND_ROWS,
  fundBill,
  SUMMARY_4,
  SUMMARY_5,
  SUMMARY_7,
  UNIONPAY_DAY,
  WECHAT_DAY,
  WECHAT_LAYOUTS,
  WECHAT_LEGACY_ALL_HEADER,
  WECHAT_PAYMENTS,
  WECHAT_REFUND_HEADER,
  WECHAT_REFUNDS,
  WECHAT_SUCCESS_HEADER,
  wechatTradeBill,
  ZME_DAY,
  zmeLine,
  type NamedCells,
} from '../testChannelBills.ts';

type Expected = Readonly<Record<string, unknown>>;
const [PAYMENT, PAYMENT_2] = WECHAT_PAYMENTS;
const [REFUND, PROCESSING] = WECHAT_REFUNDS;
const wechat = (...rows: NamedCells[]) => wechatTradeBill(WECHAT_ALL_HEADER, rows, SUMMARY_7);
const swap = (text: string, from: string, to: string) => {
  expect(text).toContain(from);
  return text.replace(from, to);
};

describe('every layout of a WeChat trade bill says what it is', () => {
  const PAYMENTS = { payments: 2, paymentFen: 34_346n };
  const REFUNDS = { refunds: 2, refundFen: 211_846n };
  const cases: [keyof typeof WECHAT_LAYOUTS, Expected][] = [
    ['ALL', { billType: 'ALL', ...PAYMENTS, ...REFUNDS, feeMilliFen: -1_065_000n }],
    ['SUCCESS', { billType: 'SUCCESS', ...PAYMENTS, refunds: 0, feeMilliFen: 206_000n }],
    ['SUCCESS with 7 sums', { billType: 'SUCCESS', ...PAYMENTS, refunds: 0 }],
    ['REFUND', { billType: 'REFUND', payments: 0, ...REFUNDS, feeMilliFen: -1_271_000n }],
    ['RECHARGE_REFUND', { billType: 'RECHARGE_REFUND', payments: 0, ...REFUNDS, feeMilliFen: -1_271_000n }],
    ['legacy ALL', { billType: 'ALL', ...PAYMENTS, ...REFUNDS, feeMilliFen: -1_065_000n }],
    ['legacy SUCCESS', { billType: 'SUCCESS', ...PAYMENTS, refunds: 0 }],
    ['legacy REFUND', { billType: 'REFUND', payments: 0, ...REFUNDS }],
  ];

  test.each(cases)('%s', async (layout, expected) => {
    for (const bytes of [
      WECHAT_LAYOUTS[layout],
      gzipSync(WECHAT_LAYOUTS[layout]),
      gbk(WECHAT_LAYOUTS[layout].slice(1)),
    ]) {
      const { report } = await readAll(bytes);
      expect(report).toMatchObject({
        format: 'wechat-trade',
        billDate: '2026-03-05',
        merchantNo: '1900000001',
        footer: 'VERIFIED',
        errorCount: 0,
        ...expected,
      });
    }
  });

  test.each([
    ['公众账号ID', '服务商的APPID'],
    ['特约商户号', '子商户号'],
    ['代金券金额', '代金券或立减优惠金额'],
    ['充值券退款金额', '代金券或立减优惠退款金额'],
    ['充值券退款金额', '企业红包退款金额'],
    ['代金券金额', '企业红包金额'],
  ])('%s may be called %s', async (name, alias) => {
    const header = swap(WECHAT_ALL_HEADER, `,${name},`, `,${alias},`);
    const { report } = await readAll(wechatTradeBill(header, WECHAT_DAY, SUMMARY_7));
    expect(report).toMatchObject({ payments: 2, refunds: 2, errorCount: 0, footer: 'VERIFIED' });
  });

  test('the coupon refund of a legacy summary has two names', async () => {
    const summary = swap(SUMMARY_5, '总企业红包退款金额', '总代金券或立减优惠退款金额');
    const { report } = await readAll(wechatTradeBill(WECHAT_LEGACY_ALL_HEADER, WECHAT_DAY, summary));
    expect(report.footer).toBe('VERIFIED');
  });

  test('a summary that leaves out what is reconciled is not called verified', async () => {
    const { report } = await readAll(wechatTradeBill(WECHAT_ALL_HEADER, WECHAT_DAY, SUMMARY_4));
    expect(report).toMatchObject({ footer: 'PARTIAL', errorCount: 0 });
  });
});

describe('rows of a WeChat bill', () => {
  test('a PROCESSING refund is a refund: the money has left', async () => {
    const { lines } = await readAll(wechat(PROCESSING));
    expect(lines[0]).toMatchObject({ kind: 'REFUND', amountFen: 200_000n, refundNo: 'RF20260305000002' });
  });

  test('of a REFUND bill are dated by the refund, not by the payment', async () => {
    const paidEarlier = { ...REFUND, 交易时间: '2026-02-01 10:00:00' };
    const { lines, report } = await readAll(wechatTradeBill(WECHAT_REFUND_HEADER, [paidEarlier], SUMMARY_7));
    expect(lines[0]?.occurredAtMs).toBe(Date.parse('2026-03-05T16:40:09+08:00'));
    expect(report.billDate).toBe('2026-03-05');
  });

  test('keep fee and settled amount, exact to five decimals of a yuan', async () => {
    const withCoupon = { ...PAYMENT, 应结订单金额: '23.00', 手续费: '0.13805' };
    const { lines } = await readAll(wechat(withCoupon, REFUND));
    expect(lines).toMatchObject([
      { amountFen: 2500n, settledFen: 2300n, feeMilliFen: 13_805n },
      { amountFen: 11_846n, settledFen: 11_846n, feeMilliFen: -71_000n },
    ]);
  });

  test.each([
    ['申请退款金额 alone', { 申请退款金额: '25.00', 退款金额: '0.00' }],
    ['退款金额 alone', { 申请退款金额: '0.00', 退款金额: '25.00' }],
    ['both', { 申请退款金额: '25.00', 退款金额: '25.00' }],
    ['refund numbers of its own', { 申请退款金额: '25.00', 商户退款单号: 'RV1', 微信退款单号: '503' }],
  ])('REVOKED with %s is a refund under its order number', async (_, amounts) => {
    const revoked = { ...PAYMENT, 交易状态: 'REVOKED', 订单金额: '0.00', 应结订单金额: '0.00', ...amounts };
    const { lines, report } = await readAll(wechat(PAYMENT, revoked));
    expect(report.errorCount).toBe(0);
    expect(lines[1]).toMatchObject({ kind: 'REFUND', amountFen: 2500n, refundNo: 'HP20260305000001' });
  });

  const bad: [string, string, string | null, NamedCells][] = [
    ['a refund that failed', 'DZ_ROW_STATE', '退款状态', { ...REFUND, 退款状态: 'FAIL' }],
    ['an unknown refund state', 'DZ_ROW_STATE', '退款状态', { ...REFUND, 退款状态: 'MAYBE' }],
    ['an unknown state', 'DZ_ROW_STATE', '交易状态', { ...PAYMENT, 交易状态: 'NOTPAY' }],
    ['a payment with a refund', 'DZ_ROW_CONTRADICTION', '申请退款金额', { ...PAYMENT, 申请退款金额: '1.00' }],
    ['a refund called a payment', 'DZ_ROW_CONTRADICTION', '申请退款金额', { ...REFUND, 交易状态: 'SUCCESS' }],
    ['a payment called a refund', 'DZ_ROW_CONTRADICTION', '订单金额', { ...PAYMENT, 交易状态: 'REFUND' }],
    ['a refund of nothing', 'DZ_ROW_AMOUNT_ZERO', '申请退款金额', { ...REFUND, 申请退款金额: '0.00' }],
    ['a refund with an order amount', 'DZ_ROW_CONTRADICTION', '订单金额', { ...REFUND, 订单金额: '1.00' }],
    ['another merchant number', 'DZ_ROW_OTHER_MERCHANT', '商户号', { ...PAYMENT, 商户号: '1900000009' }],
    ['another day', 'DZ_ROW_OUTSIDE_DAY', '交易时间', { ...PAYMENT, 交易时间: '2026-03-06 00:00:00' }],
    ['the day before', 'DZ_ROW_OUTSIDE_DAY', '交易时间', { ...PAYMENT, 交易时间: '2026-03-04 23:59:59' }],
    ['no day of the calendar', 'DZ_ROW_TIME', '交易时间', { ...PAYMENT, 交易时间: '2026-13-05 10:00:00' }],
    ['a full-width time', 'DZ_ROW_TIME', '交易时间', { ...PAYMENT, 交易时间: '2014-11-1016：33：45' }],
    [
      'thousands in the refund',
      'DZ_ROW_AMOUNT_THOUSANDS',
      '申请退款金额',
      { ...REFUND, 申请退款金额: '1,118.46' },
    ],
    ['a negative coupon', 'DZ_ROW_AMOUNT_NEGATIVE', '代金券金额', { ...PAYMENT, 代金券金额: '-1.00' }],
    ['a fee of six decimals', 'DZ_ROW_AMOUNT', '手续费', { ...PAYMENT, 手续费: '0.150001' }],
    ['an amount with its unit', 'DZ_ROW_AMOUNT', '订单金额', { ...PAYMENT, 订单金额: '25.00元' }],
    ['a fee left by Excel', 'DZ_ROW_EXCEL_NUMBER', '手续费', { ...PAYMENT, 手续费: '1.5E+5' }],
    [
      'an order number left by Excel',
      'DZ_ROW_EXCEL_NUMBER',
      '商户订单号',
      { ...PAYMENT, 商户订单号: '2.02603E+17' },
    ],
    [
      'an amount of 30 digits',
      'DZ_ROW_AMOUNT_TOO_LARGE',
      '订单金额',
      { ...PAYMENT, 订单金额: '9'.repeat(18) },
    ],
    ['a refund without number', 'DZ_ROW_ID', '商户退款单号', { ...REFUND, 商户退款单号: '' }],
  ];

  test.each(bad)('with %s: %s', async (_, code, column, row) => {
    const damaged = { ...row, 微信订单号: '42000003' };
    const { report } = await readAll(
      wechat(PAYMENT_2, damaged, { ...PAYMENT, 微信订单号: '42000004' }, PAYMENT_2),
    );
    expect(report.errors[0]).toMatchObject({ line: 3, code, column });
    expect(report.errors[0]?.message).toContain(column);
    expect(report.errors[0]?.messageZh).toContain(column);
    expect(report.errors[0]?.raw).toContain('42000003');
    expect(report.errors.slice(1)).toMatchObject([{ line: 5, code: 'DZ_ROW_DUPLICATE' }]);
  });

  test('of a refund may stand an hour behind midnight', async () => {
    const late = { ...REFUND, 交易时间: '2026-03-06 00:00:07' };
    const { report } = await readAll(wechat(PAYMENT, PAYMENT_2, late));
    expect(report).toMatchObject({ billDate: '2026-03-05', errorCount: 0, refunds: 1 });
  });

  test('of the wrong day are found where they come first, and among many', async () => {
    const day = Array.from({ length: 200 }, (_, at) => ({
      ...PAYMENT,
      微信订单号: `42${at}`,
      商户订单号: `HP${at}`,
    }));
    const other = { ...PAYMENT, 微信订单号: '43', 商户订单号: 'HPX', 交易时间: '2026-03-01 10:00:00' };
    for (const at of [0, 10, 63, 64, 150, 200]) {
      const { report } = await readAll(wechat(...day.toSpliced(at, 0, other)));
      expect(report.errors.map(({ line, code }) => `${line} ${code}`)).toEqual([
        `${at + 2} DZ_ROW_OUTSIDE_DAY`,
      ]);
      expect(report).toMatchObject({ payments: 200, billDate: '2026-03-05' });
    }
  });
});

describe('a WeChat bill shared with others', () => {
  const own = (channel: Partial<MerchantChannel>) => ({
    own: [{ channel: 'WECHAT' as const, merchantNo: '1900000001', ...channel }],
  });
  const rows = [
    PAYMENT,
    { ...PAYMENT_2, 公众账号ID: 'wxshop', 商户订单号: 'SHOP1' },
    { ...REFUND, 公众账号ID: 'wxshop', 商户订单号: 'SHOP1' },
  ];

  test.each([
    ['appid', { ownRows: { appIds: ['wx00000000000000aa'] } }],
    ['order number', { ownRows: { orderNoPrefixes: ['HP', 'RF'] } }],
  ])('has foreign rows by %s counted and left out', async (_, channel) => {
    const { lines, report } = await readAll(wechat(...rows), own(channel));
    expect(lines.map((line) => line.orderNo)).toEqual(['HP20260305000001']);
    expect(report).toMatchObject({
      rows: 3,
      foreignRows: 2,
      foreignPaymentFen: 31_846n,
      foreignRefundFen: 11_846n,
      feeMilliFen: 15_000n,
      footer: 'VERIFIED',
    });
  });

  test('of a service provider gives the rows of the sub-merchant', async () => {
    const sub = [
      { ...PAYMENT, 特约商户号: '1600000001' },
      { ...PAYMENT_2, 特约商户号: '1600000002' },
    ];
    const { report } = await readAll(wechat(...sub), own({ merchantNo: '1600000002' }));
    expect(report).toMatchObject({ payments: 1, foreignRows: 1, merchantNo: '1600000002' });
  });

  test('is refused when it is of another merchant number', async () => {
    await expect(readAll(wechat(PAYMENT), own({ merchantNo: '1900000002' }))).rejects.toMatchObject({
      code: 'DZ_BILL_OTHER_MERCHANT',
    });
  });

  test('is refused when it is of another day', async () => {
    await expect(readAll(wechat(PAYMENT), { date: '2026-03-06' })).rejects.toMatchObject({
      code: 'DZ_BILL_OTHER_DATE',
    });
  });
});

describe('a WeChat fund bill', () => {
  test.each([
    ['as documented', fundBill()],
    ['with full-width brackets', fundBill(FUND_ROWS, undefined, FUND_HEADER.replaceAll('(元)', '（元）'))],
    ['without brackets', fundBill(FUND_ROWS, undefined, FUND_HEADER.replaceAll('(元)', ''))],
  ])('is read for its totals and fees %s', async (_, text) => {
    for (const bytes of [text, gbk(text.slice(1)), gzipSync(text)]) {
      const { lines, report } = await readAll(bytes);
      expect(lines).toEqual([]);
      expect(report).toMatchObject({
        format: 'wechat-fund',
        billType: 'FUND',
        rows: 4,
        otherRows: 4,
        accountOnly: true,
        footer: 'VERIFIED',
        // 0.15 taken, 0.03 given back.
        feeMilliFen: 12_000n,
        errorCount: 0,
      });
    }
  });

  test.each([
    ['rows', ['5', '2', '25.03', '2', '117.90']],
    ['income count', ['4', '3', '25.03', '2', '117.90']],
    ['income', ['4', '2', '25.04', '2', '117.90']],
    ['expense count', ['4', '2', '25.03', '1', '117.90']],
    ['expense', ['4', '2', '25.03', '2', '117.9x']],
  ])('is refused when its %s disagree', async (_, summary) => {
    await expect(readAll(fundBill(FUND_ROWS, summary))).rejects.toMatchObject({
      code: 'DZ_BILL_TOTALS_MISMATCH',
    });
  });

  const at = (column: number, value: string) =>
    FUND_ROWS.map((row, i) => (i === 1 ? row.with(column, value) : row));
  test.each([
    ['an unknown direction', 'DZ_ROW_STATE', '收支类型', at(5, '转入')],
    ['an unreadable amount', 'DZ_ROW_AMOUNT', '收支金额', at(6, 'x')],
    ['a negative amount', 'DZ_ROW_AMOUNT_NEGATIVE', '收支金额', at(6, '-0.15')],
    ['no time', 'DZ_ROW_TIME', '记账时间', at(0, '')],
    ['a cut number', 'DZ_ROW_EXCEL_NUMBER', '资金流水单号', at(2, '1.9E+30')],
    ['the number of another', 'DZ_ROW_DUPLICATE', '资金流水单号', at(2, FUND_ROWS[2]?.[2] ?? '')],
    [
      'a column too few',
      'DZ_ROW_COLUMN_COUNT',
      null,
      FUND_ROWS.map((row, i) => (i === 1 ? row.slice(1) : row)),
    ],
  ])('tells a row with %s: %s', async (_, code, column, rows) => {
    const { report } = await readAll(fundBill(rows));
    expect(report.errors).toHaveLength(1);
    expect(report.errors[0]).toMatchObject({ code, column });
    expect(report.otherRows).toBe(3);
  });

  test('without its summary is refused', async () => {
    const cut = fundBill().slice(0, fundBill().indexOf('资金流水总笔数'));
    await expect(readAll(cut)).rejects.toMatchObject({ code: 'DZ_BILL_NO_SUMMARY' });
    await expect(readAll(cut.slice(0, -30))).rejects.toMatchObject({ code: 'DZ_BILL_TRUNCATED' });
  });
});

describe('an Alipay business bill', () => {
  const DAY = { payments: 2, refunds: 1, paymentFen: 27_800n, refundFen: 600n, errorCount: 0 };
  test.each([
    ['of 25 columns', () => gbk(ALIPAY_DAY)],
    ['of 29 columns', () => gbk(ALIPAY_29_DAY)],
    ['in UTF-8 with a BOM', () => `\ufeff${ALIPAY_DAY}`],
    ['with LF', () => ALIPAY_DAY.replaceAll('\r\n', '\n')],
    ['with half-width brackets', () => ALIPAY_DAY.replaceAll('（元）', '(元)')],
    ['of an acquirer', () => ALIPAY_DAY.replace('支付宝交易号', '银联交易号')],
    ['with padded # lines', () => ALIPAY_DAY.replaceAll(/^(#.*?)(\r?)$/gm, '$1,,,,,$2')],
    ['with its summary', () => zipOf({ a: gbk(ALIPAY_DAY), b: gbk(ALIPAY_DAY_SUMMARY) })],
    ['with the summary first', () => zipOf({ b: gbk(ALIPAY_DAY_SUMMARY), a: gbk(ALIPAY_DAY) })],
    ['named as something else', () => zipOf({ 'a.exe': gbk(ALIPAY_DAY), 'b.png': gbk(ALIPAY_DAY_SUMMARY) })],
  ])('is read %s', async (_, bytes) => {
    const { lines, report } = await readAll(await bytes());
    expect(report).toMatchObject({
      ...DAY,
      footer: 'VERIFIED',
      billDate: '2026-03-05',
      merchantNo: '2088000000000001',
    });
    expect(lines.map((line) => line.settledFen)).toEqual([1800n, 26_000n, 600n]);
    expect(lines.map((line) => line.feeMilliFen)).toEqual([11_000n, 156_000n, -4000n]);
  });

  test('has fees by kind, whichever sign they are written with', async () => {
    const bill = ALIPAY_DAY.replace(',-0.11,', ',0.11,')
      .replace(',-1.56,', ',1.56,')
      .replace(',0.04,', ',-0.04,');
    expect((await readAll(bill)).report.feeMilliFen).toBe(163_000n);
  });

  test('whose 订单金额 is in no total is not called verified', async () => {
    const bill = alipayDetail([alipayRow({ amount: '20.00', received: '18.00' })], {
      trade: '1笔，商家实收共18.00元',
      refund: '0笔，商家实收退款共0.00元',
    });
    expect((await readAll(bill)).report.footer).toBe('PARTIAL');
  });

  test('whose fees are not the summary’s is refused', async () => {
    const summary = swap(ALIPAY_DAY_SUMMARY, '-1.63', '-1.64');
    await expect(readAll(await zipOf({ a: gbk(ALIPAY_DAY), b: gbk(summary) }))).rejects.toThrow(
      /汇总 服务费 -1.64/,
    );
  });

  test('without its detail file is refused', async () => {
    await expect(readAll(gbk(ALIPAY_DAY_SUMMARY))).rejects.toMatchObject({ code: 'DZ_BILL_NO_DETAIL' });
  });

  test('of a month may hold rows of all its days', async () => {
    const month = swap(
      swap(ALIPAY_DAY, '2026年03月05日', '2026年03月01日'),
      '2026年03月06日',
      '2026年04月01日',
    );
    expect((await readAll(month)).report).toMatchObject({ ...DAY, billDate: '2026-03-05' });
    const two = swap(month, '2026-03-05 15:02:10', '2026-03-31 15:02:10');
    expect((await readAll(two)).report).toMatchObject({ ...DAY, billDate: null });
  });

  const bad: [string, string, string | null, string][] = [
    ['finished the day after', 'DZ_ROW_OUTSIDE_DAY', '完成时间', alipayRow({ time: '2026-03-06 00:00:00' })],
    ['finished the day before', 'DZ_ROW_OUTSIDE_DAY', '完成时间', alipayRow({ time: '2026-03-04 23:59:59' })],
    [
      'with thousands',
      'DZ_ROW_AMOUNT_THOUSANDS',
      '订单金额',
      alipayRow({ amount: '1,234.50', received: '18.00' }),
    ],
    [
      'with quoted thousands',
      'DZ_ROW_AMOUNT_THOUSANDS',
      '订单金额',
      alipayRow({ amount: '"1,234.50"', received: '18.00' }),
    ],
    ['with a broken fee', 'DZ_ROW_AMOUNT', '服务费', alipayRow({ fee: 'x' })],
    ['with broken 商家实收', 'DZ_ROW_AMOUNT', '商家实收', alipayRow({ received: '18.0.0' })],
    [
      'too large',
      'DZ_ROW_AMOUNT_TOO_LARGE',
      '订单金额',
      alipayRow({ amount: '99999999999999999999', received: '18.00' }),
    ],
    [
      'with a cut amount',
      'DZ_ROW_EXCEL_NUMBER',
      '订单金额',
      alipayRow({ amount: '1.8E+7', received: '18.00' }),
    ],
    ['of 31 April', 'DZ_ROW_TIME', '完成时间', alipayRow({ time: '2026-04-31 10:00:00' })],
    [
      'refunded with a bad number',
      'DZ_ROW_ID',
      '退款批次号/请求号',
      alipayRow({ type: '退款', amount: '-1.00', refundNo: 'R F' }),
    ],
    ['that is the header again', 'DZ_ROW_AMOUNT', '订单金额', alipayDetail([], {}).split('\r\n')[4] ?? ''],
    ['of 29 columns among 25', 'DZ_ROW_COLUMN_COUNT', null, alipay29Row(alipayRow({}))],
  ];

  test.each(bad)('tells a row %s: %s', async (_, code, column, row) => {
    const totals = { trade: '9笔，商家实收共99.00元', refund: '0笔，商家实收退款共0.00元' };
    const read = readAll(alipayDetail([alipayRow({ txnNo: '20269', orderNo: 'HP9' }), row], totals));
    // What such a row does to the totals is tested elsewhere; here it is what is told of it.
    const { report } = await read.catch(() =>
      readAll(alipayDetail([alipayRow({ txnNo: '20269' }), row], totalsFor(row))),
    );
    expect(report.errors).toHaveLength(1);
    expect(report.errors[0]).toMatchObject({ line: 7, code, column });
  });

  /** Totals that agree with one good row of 18.00 and what of the row can be counted. */
  function totalsFor(row: string) {
    const cells = row.split(',').map((cell) => cell.trim());
    const isTrade = cells[2] === '交易' && cells.length === 25;
    const isRefund = cells[2] === '退款';
    const received = isTrade && cells[12] === '18.00' ? '36.00' : '18.00';
    return {
      trade: `${isTrade ? 2 : 1}笔，商家实收共${received}元`,
      refund: isRefund ? '1笔，商家实收退款共-1.00元' : '0笔，商家实收退款共0.00元',
    };
  }
});

describe('an Alipay account bill', () => {
  test.each([
    ['alone', () => gbk(alipayAccountDetail())],
    ['in UTF-8', () => alipayAccountDetail()],
    ['with its summary', () => zipOf({ a: gbk(alipayAccountDetail()), b: gbk(alipayAccountSummary()) })],
    [
      'with expenses unsigned',
      () =>
        alipayAccountDetail(
          ACCOUNT_ROWS.map((row) => row.replace(',-', ',')),
          ['#支出合计：2笔，共6.11元', '#收入合计：2笔，共18.04元'],
        ),
    ],
    [
      'with newer columns',
      () =>
        alipayAccountDetail(
          ACCOUNT_ROWS.map((row) => `${row},,,HP1,HP1`),
          undefined,
          `${ACCOUNT_HEADER},业务描述,业务账单来源,业务基础订单号,业务订单号`,
        ),
    ],
  ])('is read for totals and fees %s', async (_, bytes) => {
    const { lines, report } = await readAll(await bytes());
    expect(lines).toEqual([]);
    expect(report).toMatchObject({
      format: 'alipay-account',
      billType: 'SIGNCUSTOMER',
      billDate: '2026-03-05',
      otherRows: 4,
      accountOnly: true,
      feeMilliFen: 7000n,
      footer: 'VERIFIED',
      errorCount: 0,
    });
  });

  test.each([
    [
      '支出合计',
      alipayAccountDetail(ACCOUNT_ROWS, ['#支出合计：2笔，共-6.12元', '#收入合计：2笔，共18.04元']),
    ],
    [
      '支出笔数',
      alipayAccountDetail(ACCOUNT_ROWS, ['#支出合计：3笔，共-6.11元', '#收入合计：2笔，共18.04元']),
    ],
    [
      '收入合计',
      alipayAccountDetail(ACCOUNT_ROWS, ['#支出合计：2笔，共-6.11元', '#收入合计：2笔，共18.03元']),
    ],
  ])('is refused when its %s is wrong', async (_, text) => {
    await expect(readAll(text)).rejects.toMatchObject({ code: 'DZ_BILL_TOTALS_MISMATCH' });
  });

  test('is refused when its summary is wrong', async () => {
    const zip = await zipOf({
      a: gbk(alipayAccountDetail()),
      b: gbk(alipayAccountSummary('合计\t,2,18.05,2,-6.11,11.93')),
    });
    await expect(readAll(zip)).rejects.toMatchObject({ code: 'DZ_BILL_TOTALS_MISMATCH' });
  });

  test.each([
    [
      'without 支出合计',
      'DZ_BILL_NO_SUMMARY',
      alipayAccountDetail(ACCOUNT_ROWS, ['#收入合计：2笔，共18.04元']),
    ],
    ['without its end', 'DZ_BILL_TRUNCATED', alipayAccountDetail().slice(0, 500)],
    ['that is a summary alone', 'DZ_BILL_NO_DETAIL', alipayAccountSummary()],
    [
      'without 发生时间',
      'DZ_BILL_HEADER',
      alipayAccountDetail(ACCOUNT_ROWS, undefined, ACCOUNT_HEADER.replace('发生时间', '时间')),
    ],
  ])('%s is refused: %s', async (_, code, text) => {
    await expect(readAll(text)).rejects.toMatchObject({ code });
  });

  test.each([
    ['of another day', 'DZ_ROW_OUTSIDE_DAY', '发生时间', '2026-03-06 09:00:09'],
    ['of no day', 'DZ_ROW_TIME', '发生时间', '2026-02-30 09:00:09'],
  ])('tells a row %s', async (_, code, column, time) => {
    const rows = ACCOUNT_ROWS.map((row, at) => (at === 1 ? row.replace(/2026-03-05 ..:..:../, time) : row));
    expect((await readAll(alipayAccountDetail(rows))).report.errors).toMatchObject([
      { code, column, line: 7 },
    ]);
  });
});

describe('UnionPay files', () => {
  const zipped = (zm: Buffer, name = 'INN26030588ZM_777000000000001') => zipOf({ [name]: zm });

  test('have fees and what they were charged on', async () => {
    const { lines, report } = await readAll(await zipped(UNIONPAY_DAY));
    expect(lines.map(({ feeMilliFen, settledFen }) => [feeMilliFen, settledFen])).toEqual([
      [15_000n, 2500n],
      [0n, 0n],
      [-6000n, 1000n],
    ]);
    expect(report).toMatchObject({
      billDate: '2026-03-05',
      feeMilliFen: 9000n,
      accountOnly: false,
      footer: 'NONE',
    });
  });

  test.each([
    ['23:00 of the day before', '0304230000', []],
    ['23:59:59 of the day', '0305235959', []],
    ['22:59:59 of the day before', '0304225959', ['DZ_ROW_OUTSIDE_DAY']],
    ['midnight behind the day', '0306000000', ['DZ_ROW_OUTSIDE_DAY']],
    ['another year’s far end', '1231120000', ['DZ_ROW_OUTSIDE_DAY']],
    ['29 February of no leap year', '0229120000', ['DZ_ROW_TIME']],
  ])('take a row of %s by the clearing day', async (_, time, codes) => {
    const { report } = await readAll(await zipped(zmLine({ 35: time })));
    expect(report.errors.map(({ code }) => code)).toEqual(codes);
  });

  test('take the year of 29 February from a leap year’s settle date', async () => {
    const { lines } = await readAll(await zipped(zmLine({ 35: '0229120000' }), 'INN28022988ZM_777'));
    expect(lines[0]?.occurredAtMs).toBe(Date.parse('2028-02-29T12:00:00+08:00'));
  });

  test('without a name take the date that the caller knows', async () => {
    const { lines, report } = await readAll(zmLine({ 35: '1231233000' }), { date: '2027-01-01' });
    expect(lines[0]?.occurredAtMs).toBe(Date.parse('2026-12-31T23:30:00+08:00'));
    expect(report.billDate).toBe('2027-01-01');
  });

  test('of ZME alone are no book', async () => {
    const { lines, report } = await readAll(ZME_DAY);
    expect(lines).toEqual([]);
    expect(report).toMatchObject({
      billType: 'ZME',
      rows: 2,
      otherRows: 2,
      accountOnly: true,
      errorCount: 0,
    });
  });

  test('of a day with adjustments alone are a book without trade', async () => {
    const zip = await zipOf({ INN26030588ZM_777: Buffer.alloc(0), INN26030588ZME_777: ZME_DAY });
    expect((await readAll(zip)).report).toMatchObject({
      billType: 'ZM',
      payments: 0,
      otherRows: 2,
      accountOnly: false,
      billDate: '2026-03-05',
    });
  });

  test.each([
    ['a fee without its sign', zmLine({ 166: 'X000000000015' }), 'DZ_ROW_AMOUNT', '商户手续费'],
    ['a settled amount of letters', zmLine({ 180: 'C00000000OOOO' }), 'DZ_ROW_AMOUNT', '结算金额'],
    ['an empty type', zmLine({ 215: '  ' }), 'DZ_ROW_STATE', '交易类型'],
    ['a cut order number', zmLine({ 112: '2.02603E+17     ' }), 'DZ_ROW_EXCEL_NUMBER', '商户订单号'],
  ])('tell a row with %s', async (_, line, code, column) => {
    const file = Buffer.concat([zmLine({ 87: '202603050000000000009' }), Buffer.from('\n'), line]);
    expect((await readAll(await zipped(file))).report.errors).toMatchObject([{ line: 2, code, column }]);
  });

  test('tell a line of ZME that is cut or has no amount', async () => {
    const file = Buffer.concat([
      ZME_DAY,
      zmeLine().subarray(0, 50),
      Buffer.from('\n'),
      zmeLine({ 66: '0000000025.0' }),
    ]);
    const { report } = await readAll(file);
    expect(report.errors.map(({ line, code }) => `${line} ${code}`)).toEqual([
      '3 DZ_ROW_COLUMN_COUNT',
      '4 DZ_ROW_AMOUNT',
    ]);
  });
});

test('columns of 29 are all found by name', () => {
  expect(ALIPAY_29_HEADER.split(',')).toHaveLength(29);
  expect(WECHAT_SUCCESS_HEADER.split(',')).toHaveLength(20);
  expect(WECHAT_REFUND_HEADER.split(',')).toHaveLength(29);
  expect(WECHAT_LEGACY_ALL_HEADER.split(',')).toHaveLength(24);
  expect(ALIPAY_DAY_TOTALS.trade).toContain('278.00');
});
