import { describe, expect, test } from 'vitest';
import type { BillReader } from '../../domain/ports.ts';
import { mappingOf, PLAIN_MAPPING, workbookOf } from './mapped/testBooks.ts';
import { readMappedBook } from './mapped/readMappedBook.ts';
import { explainLine } from './explainLine.ts';
import { readBill } from './readBill.ts';
import { ROW_ADVICE } from './rowAdvice.ts';
import { alipayDetail, chunksOf, gbk, PLAIN_HEADER, wechatBill, zipOf } from './testBills.ts';
import {
  ALIPAY_DAY,
  ALIPAY_DAY_SUMMARY,
  fundBill,
  PLAIN_DAY,
  UNIONPAY_DAY,
  WECHAT_LAYOUTS,
} from './testChannelBills.ts';
import { ROW_MESSAGES } from './messages.ts';

const explain = (bytes: Uint8Array | string, line: number) =>
  explainLine(() => chunksOf(bytes, 1000), line, {}, readBill);

/** header → meaning and value of the columns that are read. */
async function columnsOf(bytes: Uint8Array | string, line: number) {
  const { found } = await explain(bytes, line);
  return Object.fromEntries(
    (found[0]?.columns ?? []).flatMap((column) =>
      column.meaning === null ? [] : [[column.header, [column.meaning, column.value]]],
    ),
  );
}

describe('a line is told with its columns and what they were recognised as', () => {
  test('of a WeChat bill, current or legacy', async () => {
    expect(await columnsOf(wechatBill([{}]), 2)).toMatchObject({
      微信订单号: ['txnNo', '4200009900202603050000000001'],
      订单金额: ['orderAmount', '25.00'],
    });
    for (const bill of Object.values(WECHAT_LAYOUTS)) {
      expect(Object.values(await columnsOf(bill, 2)).map(([meaning]) => meaning)).toContain('orderAmount');
    }
  });

  test('of an Alipay bill, in its own encoding, whatever else is in the archive', async () => {
    const zip = await zipOf({ 'b.csv': gbk(ALIPAY_DAY_SUMMARY), 'a.csv': gbk(ALIPAY_DAY) });
    const { found } = await explain(zip, 6);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ part: 'a.csv', format: 'alipay-business' });
    const columns = await columnsOf(zip, 6);
    expect(columns).toMatchObject({ 业务类型: ['type', '交易'], 服务费: ['fee', '-0.11'] });
  });

  test('of a UnionPay bill, by its bytes', async () => {
    expect(await columnsOf(UNIONPAY_DAY, 1)).toMatchObject({
      交易金额: ['amount', '000000002500'],
      商户手续费: ['fee', 'D000000000015'],
    });
  });

  test('of a fund bill, which is no book', async () => {
    const { lines, errors, report } = await explain(fundBill(), 2);
    expect([lines, errors, report?.accountOnly]).toEqual([[], [], true]);
    expect(await columnsOf(fundBill(), 2)).toHaveProperty('资金流水单号');
  });
});

test('what the line became is the very line that the reader gives', async () => {
  const { lines, found, errors } = await explain(PLAIN_DAY, 2);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ line: 2, kind: 'PAYMENT' });
  expect(errors).toEqual([]);
  expect(found[0]?.raw).toBe(PLAIN_DAY.split('\n')[1]);
});

test('a header and a total are no rows: their columns are not those of one', async () => {
  const bill = wechatBill([{}]);
  expect((await explain(bill, 1)).found).toMatchObject([{ isHeader: true }]);
  expect((await explain(bill, 4)).found).toMatchObject([{ isHeader: false, columns: [] }]);
  const remark = await explain(
    alipayDetail([], { trade: '0笔，商家实收共0.00元', refund: '0笔，商家实收退款共0.00元' }),
    1,
  );
  expect(remark.found).toMatchObject([{ columns: [], isHeader: false }]);
});

test('a line in error is told with its error, also when only the other lines show it', async () => {
  const row = 'HP1,42,,PAYMENT,1.00,2026-03-05 10:00:00,WECHAT,,';
  const text = `${PLAIN_HEADER}\n${row}\n${row}\nHP2,43,,PAYMENT,1e3,2026-03-05 10:00:00,WECHAT,,\n`;
  expect((await explain(text, 3)).errors).toMatchObject([{ line: 3, code: 'DZ_ROW_DUPLICATE' }]);
  expect((await explain(text, 4)).errors).toMatchObject([
    { line: 4, code: 'DZ_ROW_AMOUNT', column: 'amount' },
  ]);
});

test('a line of a refused file is shown with the refusal', async () => {
  const cut = await explain(wechatBill([{}], { tail: false }), 2);
  expect(cut.found).toMatchObject([{ format: 'wechat-trade' }]);
  expect(cut).toMatchObject({ report: null, refusal: { code: 'DZ_BILL_NO_SUMMARY' } });
  const unknown = await explain('what,is,this\n1,2,3\n', 2);
  expect(unknown).toMatchObject({
    found: [{ format: null, columns: [] }],
    refusal: { code: 'DZ_BILL_UNKNOWN_FORMAT' },
  });
});

test('a line behind the end is told', async () => {
  await expect(explain(PLAIN_DAY, 1000)).rejects.toMatchObject({ code: 'DZ_BILL_NO_LINE' });
});

test('there is advice for every error of a row, in both languages', () => {
  const codes = new Set(Object.values(ROW_MESSAGES).map(({ code }) => code));
  for (const code of codes) {
    expect(ROW_ADVICE[code].en.length, code).toBeGreaterThan(10);
    expect(ROW_ADVICE[code].zh, code).toMatch(/\p{Script=Han}/u);
  }
});

test('a row of a workbook is told by its number, good or bad', async () => {
  const header = ['平台流水号', '退款单号', '收据号', '业务类型', '支付金额', '收费时间', '类型', '支付方式'];
  const row = (amount: string) => ['A1', '', 'R1', '', amount, '2026-03-09 10:00:00', '收费', '微信'];
  const bytes = await workbookOf({ a: [header, row('25.00'), row('x')] });
  const read: BillReader = (file, hints) => readMappedBook(file, mappingOf(PLAIN_MAPPING), hints);
  const explain = (line: number) => explainLine(() => chunksOf(bytes, 1000), line, {}, read);
  expect(await explain(2)).toMatchObject({ found: [{ format: 'mapped-xlsx' }], lines: [{ orderNo: 'A1' }] });
  expect(await explain(3)).toMatchObject({
    found: [{ raw: expect.stringMatching(/^A1,/) }],
    errors: [{ column: '支付金额' }],
  });
  await expect(explain(9)).rejects.toMatchObject({ code: 'DZ_BILL_NO_LINE' });
});
