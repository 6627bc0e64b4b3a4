import { expect, test } from 'vitest';
import { encodeEvent } from '../../adapters/events/eventCodec.ts';
import type { NewRecord } from '../../domain/ports.ts';
import { startOfDate } from '../../domain/businessDate.ts';
import type { Paid } from '../healing/lostPayments.ts';
import { recordsOf } from '../healing/lostPayments.ts';
import { startTestSystem } from '../system.ts';

const AT_MS = startOfDate('2026-03-09') + 10 * 3_600_000;
const ORDERS = 200;
const paid = (orderNo: string): Paid => ({ hospital: 'H001', orderNo, amountFen: 2_500n, atMs: AT_MS });

function secondPayment(orderNo: string): NewRecord {
  const fields = {
    eventId: `u-${orderNo}`,
    merchantId: 'H001',
    kind: 'PAYMENT',
    orderNo,
    refundNo: null,
  } as const;
  const more = { amountFen: 2_500n, occurredAtMs: AT_MS, businessType: 'REGISTRATION' };
  const event = { ...fields, ...more, channel: 'WECHAT', channelTxnNo: `U-${orderNo}` } as const;
  return { topic: 'payments', key: orderNo, value: encodeEvent('payments', event) };
}

// A process may die when the window has seen what the ledger does not have. Matched orders that get a second payment right then
// are judged by what the ledger holds, once it holds all that the window had seen: batches of all partitions wait for each other.
test('what a killed process had not stored of any partition is stored, however many batches wait for it', async () => {
  await using system = await startTestSystem();
  const orders = Array.from({ length: ORDERS }, (_, n) => `O-${n}`);
  await system.startPipeline();
  await system.producer.append(orders.flatMap((order) => recordsOf(paid(order), true)));
  await system.untilStored(AT_MS);
  await system.killPipeline();
  await system.clickhouse.command({
    query: "ALTER TABLE log_positions DELETE WHERE consumer = 'entries'",
    clickhouse_settings: { mutations_sync: '2' },
  });
  await system.producer.append(orders.map(secondPayment));
  await system.startPipeline();
  await system.untilStored(AT_MS);
  const answer = await system.clickhouse.query({
    query: 'SELECT code, count() AS orders FROM verdicts FINAL GROUP BY code',
    format: 'JSONEachRow',
  });
  expect(await answer.json()).toEqual([{ code: 'DUPLICATE', orders: String(ORDERS) }]);
}, 120_000);
