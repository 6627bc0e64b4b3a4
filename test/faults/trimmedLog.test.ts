import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeEvent } from '../../adapters/events/eventCodec.ts';
import type { NewRecord } from '../../domain/ports.ts';
import type { TestSystem } from '../system.ts';
import { startTestSystem } from '../system.ts';

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem();
  await system.startPipeline();
});

afterAll(async () => {
  await system[Symbol.asyncDispose]();
});

const ordinary = {
  merchantId: 'H001',
  kind: 'PAYMENT',
  refundNo: null,
  amountFen: 2500n,
  businessType: 'REGISTRATION',
} as const;

function payment(orderNo: string, at: number): NewRecord {
  const event = {
    ...ordinary,
    eventId: `p-${orderNo}`,
    orderNo,
    channel: 'WECHAT',
    channelTxnNo: `42${orderNo}`,
  };
  return { topic: 'payments', key: orderNo, value: encodeEvent('payments', { ...event, occurredAtMs: at }) };
}

function hisOrder(orderNo: string, at: number): NewRecord {
  const event = { ...ordinary, eventId: `h-${orderNo}`, orderNo, hisOrderNo: `R${orderNo}` };
  return {
    topic: 'his-orders',
    key: orderNo,
    value: encodeEvent('his-orders', { ...event, occurredAtMs: at }),
  };
}

async function codeOf(orderNo: string): Promise<string | undefined> {
  const result = await system.clickhouse.query({
    query: "SELECT code FROM verdicts FINAL WHERE mode = 'REALTIME' AND order_no = {orderNo:String}",
    query_params: { orderNo },
    format: 'JSONEachRow',
  });
  return (await result.json<{ code: string }>())[0]?.code;
}

test('an order that the log has let go of meets its counterpart days later, in a window that was emptied', async () => {
  const paidAt = Date.now() - 3 * 86_400_000;
  const bookedAt = Date.now() - 86_400_000;
  await system.producer.append([payment('OLD', paidAt), payment('WRONG', paidAt)]);
  await system.untilStored(paidAt + 600_000);
  await system.producer.append([hisOrder('MATCHED', paidAt), payment('MATCHED', paidAt)]);
  await system.untilStored(paidAt + 600_000);
  expect(await codeOf('OLD')).toBe('PLATFORM_ONLY');

  for (const [partition, { end }] of await system.log.bounds()) await system.trimLog(partition, end);
  await system.restartRedis('window', { emptied: true });
  await expect.poll(() => system.window.openOrders(), { timeout: 20_000 }).toBe(2);

  await system.producer.append([hisOrder('OLD', bookedAt)]);
  await system.untilStored(bookedAt + 600_000);
  expect(await codeOf('OLD')).toBe('CROSS_DAY');
  expect(await codeOf('WRONG')).toBe('PLATFORM_ONLY');
  expect(await codeOf('MATCHED')).toBe('MATCHED');
});

test('events that are gone unread stop the pipeline, which goes on when somebody accepts that very loss', async () => {
  const at = Date.now() - 3_600_000;
  await system.stopPipeline();
  const before = await system.log.bounds();
  await system.producer.append([payment('LOST', at)]);
  const [[partition, { end }] = ['', { end: 0 }]] = [...(await system.log.bounds())].filter(
    ([id, bounds]) => bounds.end > (before.get(id)?.end ?? 0),
  );
  const readTo = before.get(partition)?.end ?? Number.NaN;
  // What follows is kept, so that the log begins behind the loss.
  await system.producer.append([payment('LOST', at), payment('LOST', at)]);
  await system.trimLog(partition, end);

  // It may have counted as started for a moment.
  await system.startPipeline().catch(() => undefined);
  await expect.poll(() => system.pipelineLog(), { timeout: 20_000 }).toContain('DZ_LOG_POSITION_LOST');
  expect(await system.pipelineLog()).toContain(`DUIZHANG_ACCEPT_LOSS=${partition}:${readTo}`);
  await system.killPipeline();
  await system.startPipeline({ DUIZHANG_ACCEPT_LOSS: `${partition}:${readTo}` });
  await system.untilStored(at);
  await system.stopPipeline();
  // The loss is behind it: started without the word, it goes on.
  await system.startPipeline();
  await system.producer.append([hisOrder('LOST', at)]);
  await system.untilStored(at + 600_000);
  expect(await codeOf('LOST')).toBe('MATCHED');
});
