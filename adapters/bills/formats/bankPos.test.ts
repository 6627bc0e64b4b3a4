import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { instantOfLocal } from '../../../domain/businessDate.ts';
import { gbk, readAll } from '../testBills.ts';

const SAMPLE = readFileSync(
  new URL('../../../test/fixtures/samples/unionpay-pos-20260309.csv', import.meta.url),
);
const TEXT = new TextDecoder('gbk').decode(SAMPLE);
const swap = (from: string, to: string) => {
  expect(TEXT).toContain(from);
  return gbk(TEXT.replace(from, to));
};

describe('the POS bill of a bank', () => {
  test('is read to its totals', async () => {
    const { lines, report } = await readAll(SAMPLE);
    expect(report).toMatchObject({
      format: 'unionpay-pos',
      billType: 'POS',
      billDate: '2026-03-09',
      merchantNo: '777000000000001',
      rows: 6,
      payments: 3,
      paymentFen: 142_346n,
      refunds: 2,
      refundFen: 19_846n,
      otherRows: 1,
      feeMilliFen: 804_000n,
      footer: 'VERIFIED',
      errorCount: 0,
    });
    expect(lines[0]).toEqual({
      line: 4,
      kind: 'PAYMENT',
      orderNo: 'HP20260309300001',
      refundNo: null,
      channel: 'UNIONPAY',
      channelTxnNo: '260309091502',
      hisOrderNo: null,
      amountFen: 2500n,
      occurredAtMs: instantOfLocal('2026-03-09 09:15:02'),
      businessType: null,
      feeMilliFen: 13_000n,
      settledFen: 2500n,
    });
    expect(lines[3]).toMatchObject({
      kind: 'REFUND',
      orderNo: 'HP20260309300003',
      refundNo: 'RF20260309300001',
      amountFen: 8000n,
      feeMilliFen: -40_000n,
      settledFen: 8000n,
    });
  });

  test('means the same as UTF-8, and with other names for its columns', async () => {
    const { lines } = await readAll(SAMPLE);
    expect((await readAll(TEXT)).lines).toEqual(lines);
    const renamed = TEXT.replace('检索参考号', '系统参考号').replace('清算金额,', '入账金额,');
    expect((await readAll(renamed)).lines).toEqual(lines);
  });

  test('tells rows of others under the same number', async () => {
    const own = [
      {
        channel: 'UNIONPAY' as const,
        merchantNo: '777000000000001',
        ownRows: { orderNoPrefixes: ['HP20260309300001'] },
      },
    ];
    expect((await readAll(SAMPLE, { own })).report).toMatchObject({
      payments: 1,
      paymentFen: 2500n,
      foreignRows: 4,
      foreignPaymentFen: 139_846n,
      foreignRefundFen: 19_846n,
    });
  });

  test.each([
    ['an unknown type', '消费撤销', '预授权', 'DZ_ROW_STATE', 7],
    ['a payment under another word', '借记卡,消费,25.00', '借记卡,签到,25.00', 'DZ_ROW_CONTRADICTION', 4],
    ['a refund with a payment’s word', '贷记卡,退货', '贷记卡,消费', 'DZ_ROW_CONTRADICTION', 8],
    ['no order number', 'HP20260309300001,', ',', 'DZ_ROW_ID', 4],
    ['a refund of nothing known', ',HP20260309300003\r\n', ',\r\n', 'DZ_ROW_ID', 7],
    ['an impossible time', '20260309,091502', '20260309,096502', 'DZ_ROW_TIME', 4],
    ['another day', '20260309,091502', '20260308,091502', 'DZ_ROW_OUTSIDE_DAY', 4],
    ['the same trade twice', '260309103344,HP', '260309091502,HP', 'DZ_ROW_DUPLICATE', 5],
    ['a cell too many', '000001,20260309', '000001,,20260309', 'DZ_ROW_COLUMN_COUNT', 4],
    ['an amount that is none', '消费,25.00', '消费,25元', 'DZ_ROW_AMOUNT', 4],
  ])('a row with %s is told', async (_, from, to, code, line) => {
    const { report } = await readAll(swap(from, to));
    expect(report.errors).toMatchObject([
      { code, line, messageZh: expect.stringMatching(/\p{Script=Han}/u) },
    ]);
  });

  test.each([
    ['a changed amount', '消费,25.00', '消费,26.00', 'DZ_BILL_TOTALS_MISMATCH'],
    ['a changed fee', '25.00,0.13', '25.00,0.14', 'DZ_BILL_TOTALS_MISMATCH'],
    ['a row cut out', '合计笔数：6', '合计笔数：7', 'DZ_BILL_TOTALS_MISMATCH'],
    ['no totals', /合计笔数.*\r\n/.exec(TEXT)?.[0] ?? '', '', 'DZ_BILL_TRUNCATED'],
    ['no settle date', '清算日期', '打印日期', 'DZ_BILL_TRUNCATED'],
    ['a column that is not there', '检索参考号', '参考', 'DZ_BILL_HEADER'],
    ['lines behind its end', '1216.96\r\n', '1216.96\r\nmore\r\n', 'DZ_BILL_TRAILING_LINES'],
  ])('with %s it is refused', async (_, from, to, code) => {
    await expect(readAll(swap(from, to))).rejects.toMatchObject({ code });
  });

  test('of another merchant is refused', async () => {
    const own = [{ channel: 'UNIONPAY' as const, merchantNo: '777000000000005' }];
    await expect(readAll(SAMPLE, { own })).rejects.toMatchObject({ code: 'DZ_BILL_OTHER_MERCHANT' });
  });
});
