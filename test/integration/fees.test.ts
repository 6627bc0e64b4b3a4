import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Merchant } from '../../domain/merchant.ts';
import type { CloseSystem } from './closeHarness.ts';
import { SAMPLE_MERCHANT, SAMPLES, startCloseSystem } from './closeHarness.ts';

const merchant: Merchant = {
  ...SAMPLE_MERCHANT,
  channels: [
    { channel: 'WECHAT', merchantNo: '1900000001', feeRatePpm: 6_000 },
    { channel: 'ALIPAY', merchantNo: '2088000000000001', feeRatePpm: 3_800 },
    { channel: 'UNIONPAY', merchantNo: '777000000000001' },
  ],
};

let system: CloseSystem;
beforeAll(async () => {
  system = await startCloseSystem();
});
afterAll(() => system[Symbol.asyncDispose]());

async function rows<T>(query: string): Promise<readonly T[]> {
  return (await system.client.query({ query, format: 'JSONEachRow' })).json<T>();
}

const REPORT = `SELECT channel, toUInt32(payments) AS payments, toUInt32(refunds) AS refunds, toString(fee_yuan) AS fee,
    toString(applied_rate) AS applied, toString(configured_rate) AS configured, toUInt32(rows_off_by_a_fen_or_more) AS off
  FROM v_fee_report ORDER BY channel`;

test('each channel row keeps its fee, and the report holds the rate against the agreed one', async () => {
  for (let time = 0; time < 2; time += 1) {
    await system.importFile(`${SAMPLES}wechat-all-20260309.csv`, 'CHANNEL', { merchant });
    await system.importFile(`${SAMPLES}alipay-trade-20260309.zip`, 'CHANNEL', { merchant });
    await system.importFile(`${SAMPLES}unionpay-20260309.zip`, 'CHANNEL', { merchant });
  }
  const before = await rows<Record<string, unknown>>(REPORT);
  expect(before).toMatchInlineSnapshot(`
    [
      {
        "applied": "0.006",
        "channel": "ALIPAY",
        "configured": "0.0038",
        "fee": "95.45",
        "off": 19,
        "payments": 16,
        "refunds": 3,
      },
      {
        "applied": "0.006",
        "channel": "UNIONPAY",
        "configured": null,
        "fee": "83.91",
        "off": 0,
        "payments": 6,
        "refunds": 1,
      },
      {
        "applied": "0.006",
        "channel": "WECHAT",
        "configured": "0.006",
        "fee": "306.23",
        "off": 0,
        "payments": 34,
        "refunds": 8,
      },
    ]
  `);
  // What the bill's own summary says of its fees (手续费总金额).
  const [sum] = await rows<{ fee: string }>(
    "SELECT toString(toDecimal128(sum(fee_milli_fen), 5) / 100000) AS fee FROM v_bill_fees WHERE channel = 'WECHAT'",
  );
  expect(sum?.fee).toBe('306.23');
  const off = await rows<{ channel: string; off: string }>(
    'SELECT channel, toUInt32(count()) AS off FROM v_fee_differences GROUP BY channel',
  );
  expect(off).toEqual([{ channel: 'ALIPAY', off: 19 }]);
  await system.client.command({ query: 'OPTIMIZE TABLE bill_fees FINAL' });
  expect(await rows(REPORT)).toEqual(before);
});

test('a bill that is superseded has no fees any more', async () => {
  await system.importFile(`${SAMPLES}wechat-all-legacy-20260309.csv`, 'CHANNEL', { merchant });
  const [sum] = await rows<{ bills: number; fees: number }>(
    "SELECT toUInt32(uniq(bill_id)) AS bills, toUInt32(count()) AS fees FROM v_bill_fees WHERE channel = 'WECHAT'",
  );
  expect(sum).toEqual({ bills: 1, fees: 42 });
});

test('no difference of fees becomes an exception of an order', async () => {
  await system.importFile(`${SAMPLES}his-20260309.csv`, 'MERCHANT', { merchant });
  await system.importFile(`${SAMPLES}platform-20260309.csv`, 'PLATFORM', { merchant });
  const withRates = await system.close('2026-03-09', merchant);
  const without = await system.close('2026-03-09', SAMPLE_MERCHANT);
  expect(withRates.run.outcome).toBe('UNBALANCED');
  expect(withRates.run.merkleRoot).toBe(without.run.merkleRoot);
});
