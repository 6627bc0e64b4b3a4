import fc from 'fast-check';
import { Check } from 'typebox/value';
import { expect, test } from 'vitest';
import { MAX_FEN } from '../../domain/money.ts';
import type { EventProducer, NewRecord } from '../../domain/ports.ts';
import type { TopicEvent } from './event.ts';
import { makeEventDecoder } from './eventCodec.ts';
import { LogEventIntake } from './eventIntake.ts';
import { HisOrderEventJson, PaymentEventJson } from './eventJsonSchema.ts';
import { jsonOfEvent, parseJsonEvent } from './jsonEvent.ts';
import { wechatHospital } from '../../test/fixtures/hospital.ts';

const payment = {
  eventId: 'e-1',
  merchantId: 'H001',
  kind: 'PAYMENT',
  orderNo: 'YT1',
  refundNo: null,
  channel: 'WECHAT',
  channelTxnNo: '4200001',
  amountFen: 2500,
  occurredAt: '2026-11-24T09:30:00.123+08:00',
  businessType: 'REGISTRATION',
};
const hisOrder = {
  eventId: 'e-2',
  merchantId: 'H001',
  kind: 'REFUND',
  orderNo: 'YT1',
  refundNo: 'RF1',
  hisOrderNo: 'HIS1',
  amountFen: '2500',
  occurredAt: '2026-11-24T01:30:00Z',
  businessType: 'REGISTRATION',
};

test('both forms are read', () => {
  expect(parseJsonEvent('payments', payment)).toMatchObject({
    ok: true,
    event: { amountFen: 2500n, occurredAtMs: Date.UTC(2026, 10, 24, 1, 30, 0, 123), channel: 'WECHAT' },
  });
  expect(parseJsonEvent('his-orders', hisOrder)).toMatchObject({
    ok: true,
    event: { amountFen: 2500n, occurredAtMs: Date.UTC(2026, 10, 24, 1, 30), hisOrderNo: 'HIS1' },
  });
});

test('fields that nobody knows yet do not make an event wrong', () => {
  expect(parseJsonEvent('payments', { ...payment, insuranceFen: 5 }).ok).toBe(true);
});

test('any event written as JSON is what the schema describes, and is read back as the same event', () => {
  const id = fc.stringMatching(/^[!-}]{1,64}$/);
  const kinds = fc.oneof(
    fc.record({ kind: fc.constant('PAYMENT'), refundNo: fc.constant(null) }),
    fc.record({ kind: fc.constant('REFUND'), refundNo: fc.option(id) }),
  );
  const common = fc.record({
    eventId: id,
    merchantId: id,
    orderNo: id,
    amountFen: fc.bigInt({ min: 1n, max: MAX_FEN }),
    occurredAtMs: fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2100, 11, 31) }),
    businessType: fc.constantFrom('', 'OUTPATIENT', '挂号'),
  });
  const own = fc.record({ channel: fc.constantFrom('WECHAT', 'ALIPAY', 'UNIONPAY'), txn: id });
  fc.assert(
    fc.property(common, kinds, own, fc.boolean(), (fields, kind, { channel, txn }, his) => {
      const told: TopicEvent = his
        ? { topic: 'his-orders', event: { ...fields, ...kind, hisOrderNo: txn } }
        : { topic: 'payments', event: { ...fields, ...kind, channel, channelTxnNo: txn } };
      const json: unknown = JSON.parse(JSON.stringify(jsonOfEvent(told)));
      expect(Check(his ? HisOrderEventJson : PaymentEventJson, json)).toBe(true);
      expect(parseJsonEvent(told.topic, json)).toEqual({ ok: true, event: told.event });
    }),
    { numRuns: 500 },
  );
});

test('the schema describes the examples, and not what is no event', () => {
  expect(Check(PaymentEventJson, { ...payment, insuranceFen: 5 })).toBe(true);
  expect(Check(HisOrderEventJson, hisOrder)).toBe(true);
  for (const change of [
    { channel: 'BITCOIN' },
    { amountFen: 0.5 },
    { occurredAt: '2026-11-24' },
    { orderNo: '' },
  ]) {
    expect(Check(PaymentEventJson, { ...payment, ...change })).toBe(false);
  }
});

test('a large amount is exact as a decimal text', () => {
  const parsed = parseJsonEvent('payments', { ...payment, amountFen: String(MAX_FEN) });
  expect(parsed.ok && parsed.event.amountFen).toBe(MAX_FEN);
});

test.each<[string, object, string | null, RegExp]>([
  ['a missing field', { orderNo: undefined }, 'orderNo', /orderNo is missing/],
  ['a number for a text', { orderNo: 7 }, 'orderNo', /must be a text/],
  ['a fraction of a fen', { amountFen: 0.1 }, 'amountFen', /send whole fen/],
  ['a rounded number', { amountFen: 2 ** 53 }, 'amountFen', /as a decimal text/],
  ['yuan', { amountFen: '25.00' }, 'amountFen', /"25\.00" is neither/],
  ['an exponent', { amountFen: '1e3' }, 'amountFen', /"1e3"/],
  ['an amount beyond Int64', { amountFen: '9223372036854775808' }, 'amountFen', /beyond what a ledger/],
  ['no amount', { amountFen: null }, 'amountFen', /of type object/],
  ['an amount of zero', { amountFen: 0 }, 'amountFen', /between 1 and/],
  ['a time without offset', { occurredAt: '2026-11-24T09:30:00' }, 'occurredAt', /with an offset/],
  ['the 30th of February', { occurredAt: '2026-02-30T09:30:00+08:00' }, 'occurredAt', /with an offset/],
  ['hour 24', { occurredAt: '2026-02-03T24:00:00+08:00' }, 'occurredAt', /with an offset/],
  ['a time as a number', { occurredAt: 1_795_000_000_000 }, 'occurredAt', /must be a text/],
  ['an unknown channel', { channel: 'BITCOIN' }, 'channel', /none of WECHAT/],
  ['an unknown kind', { kind: 'x' }, 'kind', /neither PAYMENT nor REFUND/],
  ['a refund that does not name its number', { kind: 'REFUND', refundNo: undefined }, 'refundNo', /missing/],
])('an event with %s is refused by field', (_, change, field, reason) => {
  expect(parseJsonEvent('payments', { ...payment, ...change })).toEqual({
    ok: false,
    code: 'DZ_EVENT_INVALID',
    reasonZh: expect.stringMatching(/[\u4e00-\u9fff]/),
    field,
    reason: expect.stringMatching(reason),
  });
});

test.each([null, [], 'text', 7])('%j is no event', (json) => {
  expect(parseJsonEvent('payments', json)).toMatchObject({ ok: false, field: null });
});

// --- intake ----------------------------------------------------------------------------------------------------

const hospital = wechatHospital('H001');
const merchants = new Map([['H001', hospital]]);

/** Keeps what it is given, and resolves when it is told to. */
function keepingProducer(durable: Promise<void> = Promise.resolve()): {
  records: NewRecord[];
  producer: EventProducer;
} {
  const records: NewRecord[] = [];
  const producer: EventProducer = {
    append: async (more) => {
      await durable;
      records.push(...more);
    },
    close: () => Promise.resolve(),
  };
  return { records, producer };
}

test('good events go to the log by order, bad ones are answered one by one', async () => {
  const { records, producer } = keepingProducer();
  const results = await new LogEventIntake({ producer, merchants }).accept(
    null,
    [
      payment,
      { ...payment, merchantId: 'H999' },
      hisOrder,
      { ...payment, channel: 'ALIPAY' },
      'text',
      { ...payment, hisOrderNo: 'HIS1' },
    ],
    null,
    null,
  );
  expect(results).toEqual([
    { status: 'accepted', eventId: 'e-1' },
    expect.objectContaining({ status: 'rejected', code: 'DZ_EVENT_UNKNOWN_MERCHANT', field: 'merchantId' }),
    { status: 'accepted', eventId: 'e-2' },
    expect.objectContaining({ status: 'rejected', code: 'DZ_EVENT_INVALID', field: 'channel' }),
    expect.objectContaining({ status: 'rejected', code: 'DZ_EVENT_INVALID', field: null }),
    expect.objectContaining({ status: 'rejected', code: 'DZ_EVENT_INVALID', field: null }),
  ]);
  expect(records.map(({ topic, key }) => [topic, key])).toEqual([
    ['payments', 'H001 YT1'],
    ['his-orders', 'H001 YT1'],
  ]);
  const decode = makeEventDecoder({ merchants });
  for (const { topic, value } of records) expect(decode(topic, value).ok).toBe(true);
});

test('nothing is accepted before it is durable, nor when the log refuses', async () => {
  const durable = Promise.withResolvers<void>();
  const { producer } = keepingProducer(durable.promise);
  let answered = false;
  const accepting = new LogEventIntake({ producer, merchants })
    .accept('payments', [payment], null, null)
    .finally(() => {
      answered = true;
    });
  await new Promise((resolve) => setImmediate(resolve));
  expect(answered).toBe(false);
  durable.reject(new Error('full'));
  await expect(accepting).rejects.toThrow('full');
});
