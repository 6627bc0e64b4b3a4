import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Merchant } from '../../domain/merchant.ts';
import { importBill } from '../../pipeline/close/importBill.ts';
import { reimportBill } from '../../pipeline/close/reimportBill.ts';
import { gbk, wechatBill, zipOf } from '../../adapters/bills/testBills.ts';
import { ALIPAY_DAY, ALIPAY_DAY_SUMMARY, UNIONPAY_DAY } from '../../adapters/bills/testChannelBills.ts';
import type { CloseSystem } from './closeHarness.ts';
import { SAMPLE_MERCHANT, SAMPLES, startCloseSystem } from './closeHarness.ts';

const DATE = '2026-03-05';

let system: CloseSystem;
let merchants = 0;

beforeAll(async () => {
  system = await startCloseSystem();
}, 60_000);
afterAll(() => system[Symbol.asyncDispose]());

function newMerchant(rates: Partial<Record<'WECHAT' | 'ALIPAY' | 'UNIONPAY', number>> = {}): Merchant {
  merchants += 1;
  const channels = SAMPLE_MERCHANT.channels.map((own) => {
    const feeRatePpm = rates[own.channel];
    return feeRatePpm === undefined ? own : { ...own, feeRatePpm };
  });
  return { ...SAMPLE_MERCHANT, merchantId: `F${merchants}`, channels };
}

async function rowsOf(merchant: Merchant, view: string, columns: string): Promise<unknown[]> {
  const result = await system.client.query({
    query: `SELECT ${columns} FROM ${view} WHERE merchant_id = {id:String} ORDER BY ALL`,
    query_params: { id: merchant.merchantId },
    format: 'JSONCompactEachRow',
  });
  return result.json();
}

const FEES = 'channel, toString(fees_yuan), applied_rate, configured_rate, toUInt32(differences)';
const DIFFERENCES =
  'line, kind, toString(fee_yuan), toString(configured_fee_yuan), toString(difference_yuan)';

const importBytes = (merchant: Merchant, bytes: Uint8Array | string, date: string | null = null) =>
  importBill(
    {
      merchant,
      book: 'CHANNEL',
      channel: null,
      date,
      fileName: 'bill',
      open: () => ReadableStream.from([Buffer.from(bytes)]),
    },
    system.importDeps,
  );

/** A payment of `yuan` with a fee, each of its own order. */
const paid = (n: number, amount: string, fee: string) => ({
  orderNo: `O${n}`,
  txnNo: `42000${n}`,
  amount,
  fee,
});

test('every channel’s rows keep what was settled and charged, and their sum is the bill’s own', async () => {
  const merchant = newMerchant();
  for (const file of ['wechat-all-20260309.csv', 'alipay-trade-20260309.zip', 'unionpay-20260309.zip']) {
    await system.importFile(`${SAMPLES}${file}`, 'CHANNEL', { merchant });
  }
  const perBill = await rowsOf(
    merchant,
    '(SELECT merchant_id, channel, bill_id, sum(fee_milli_fen) AS fee FROM v_bill_fees GROUP BY ALL)',
    'channel, toString(fee)',
  );
  const stated = await rowsOf(merchant, 'v_bills', 'channel, toString(fee_milli_fen)');
  expect(perBill).toEqual(stated);
  expect(stated).toContainEqual(['WECHAT', '30623000']);
  expect(await rowsOf(merchant, 'v_fee_differences', DIFFERENCES)).toEqual([]);
});

test('a fee that rounding explains is no difference, one that is a fen away is', async () => {
  const merchant = newMerchant({ WECHAT: 6_000 });
  const bill = wechatBill([
    // 0.6 % of 11.11 is 0.06666: up, down and unrounded.
    paid(1, '11.11', '0.07000'),
    paid(2, '11.11', '0.06000'),
    paid(3, '11.11', '0.06666'),
    paid(4, '11.11', '0.05666'),
    paid(5, '11.11', '0.05667'),
    paid(6, '100.00', '0.38000'),
    { state: 'REFUND', orderNo: 'O1', txnNo: '420001', refund: '10.00', fee: '-0.06000' },
    { state: 'REFUND', orderNo: 'O2', txnNo: '420002', refundNo: 'R2', refund: '10.00', fee: '0.00000' },
  ]);
  await importBytes(merchant, bill);
  expect(await rowsOf(merchant, 'v_fee_differences', DIFFERENCES)).toEqual([
    [5, 'PAYMENT', '0.05666', '0.06666', '-0.01'],
    [7, 'PAYMENT', '0.38', '0.6', '-0.22'],
    [9, 'REFUND', '0', '-0.06', '0.06'],
  ]);
  expect(await rowsOf(merchant, 'v_fees', FEES)).toEqual([['WECHAT', '0.62999', 0.004436, 0.006, 3]]);
});

test('Alipay and UnionPay are held against their own rates, whatever sign their fees are written with', async () => {
  const merchant = newMerchant({ ALIPAY: 6_000, UNIONPAY: 6_000 });
  await importBytes(merchant, await zipOf({ 'a.csv': gbk(ALIPAY_DAY), 'b.csv': gbk(ALIPAY_DAY_SUMMARY) }));
  await importBytes(merchant, UNIONPAY_DAY, DATE);
  const fees = await rowsOf(merchant, 'v_fees', FEES);
  expect(fees).toEqual([
    ['ALIPAY', '1.63', 0.006007, 0.006, 0],
    ['UNIONPAY', '0.09', 0.006, 0.006, 0],
  ]);
});

test('without a configured rate nothing is a difference; with a corrected one a reading anew shows it', async () => {
  const merchant = newMerchant();
  const imported = await importBytes(merchant, wechatBill([paid(1, '100.00', '0.38000')]));
  expect(await rowsOf(merchant, 'v_fees', FEES)).toEqual([['WECHAT', '0.38', 0.0038, null, 0]]);
  const channels = merchant.channels.map((own) => ({ ...own, feeRatePpm: 6_000 }));
  const again = await reimportBill(imported.bill, { ...merchant, channels }, system.importDeps);
  expect(again.status).toBe('unchanged');
  expect(await rowsOf(merchant, 'v_fees', FEES)).toEqual([['WECHAT', '0.38', 0.0038, 0.006, 1]]);
});

test('a corrected bill’s fees stand in the place of the former’s, and a bill imported twice counts once', async () => {
  const merchant = newMerchant({ WECHAT: 6_000 });
  await importBytes(merchant, wechatBill([paid(1, '100.00', '0.38000')]));
  const corrected = wechatBill([paid(1, '100.00', '0.60000')]);
  for (let time = 0; time < 2; time += 1) await importBytes(merchant, corrected);
  expect(await rowsOf(merchant, 'v_fees', FEES)).toEqual([['WECHAT', '0.6', 0.006, 0.006, 0]]);
  expect(await rowsOf(merchant, 'v_fee_differences', DIFFERENCES)).toEqual([]);
});

test('no difference of fees becomes an exception of an order', async () => {
  const merchant = newMerchant({ WECHAT: 6_000 });
  await importBytes(merchant, wechatBill([paid(1, '100.00', '0.01000')]));
  const csv =
    'order_no,channel_txn_no,refund_no,kind,amount,occurred_at,channel,business_type,his_order_no\n' +
    `O1,420001,,PAYMENT,100.00,${DATE} 10:15:22,WECHAT,,H1\n`;
  for (const book of ['MERCHANT', 'PLATFORM'] as const) await system.importText(csv, book, { merchant });
  expect(await rowsOf(merchant, 'v_fee_differences', 'line')).toHaveLength(1);
  const { run, rows } = await system.close(DATE, merchant);
  expect(run.outcome).toBe('BALANCED');
  expect(rows.map(({ verdict }) => verdict.code)).toEqual(['MATCHED']);
  expect(await rowsOf(merchant, 'v_exceptions', 'type')).toEqual([]);
});

test('the fee of a row that lies outside the bill’s day is none of its lines’', async () => {
  const merchant = newMerchant();
  const stray = { ...paid(9, '50.00', '0.30000'), time: '2026-03-08 10:00:00' };
  const day = [1, 2, 3].map((n) => paid(n, '100.00', '0.60000'));
  const { bill } = await importBytes(merchant, wechatBill([...day, stray]), DATE);
  expect(bill).toMatchObject({ errorRows: 1, origin: { feeMilliFen: 180_000n } });
});
