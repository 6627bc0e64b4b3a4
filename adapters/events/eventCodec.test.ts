import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import { MAX_FEN } from '../../domain/money.ts';
import type { Topic } from '../../domain/ports.ts';
import type { HisOrderEvent, PaymentEvent } from './event.ts';
import { avroTypeOf, encodeEvent, makeEventDecoder, MAX_EVENT_BYTES } from './eventCodec.ts';
import { singleObjectHeader } from './fingerprint.ts';
import { RecordReader } from './recordReader.ts';
import { eventSchemaOf, loadEventSchemas, newestSchemaOf } from './schemas.ts';
import { WANTED } from './wanted.ts';
import { wechatHospital } from '../../test/fixtures/hospital.ts';

const hospital = wechatHospital('H001');
const merchants = new Map([[hospital.merchantId, hospital]]);
const decode = makeEventDecoder({ merchants });

const payment: PaymentEvent = {
  eventId: 'e-1',
  merchantId: 'H001',
  kind: 'PAYMENT',
  orderNo: 'YT1',
  refundNo: null,
  channel: 'WECHAT',
  channelTxnNo: '4200001',
  amountFen: 2500n,
  occurredAtMs: Date.parse('2026-11-24T23:59:59.999+08:00'),
  businessType: '挂号',
};
const hisRefund: HisOrderEvent = {
  eventId: 'e-2',
  merchantId: 'H001',
  kind: 'REFUND',
  orderNo: 'YT1',
  refundNo: 'RF1',
  hisOrderNo: 'HIS1',
  amountFen: 2500n,
  occurredAtMs: Date.parse('2026-11-25T00:00:00+08:00'),
  businessType: '',
};

test('a payment event becomes an entry of the platform book', () => {
  expect(decode('payments', encodeEvent('payments', payment))).toEqual({
    ok: true,
    entry: {
      book: 'PLATFORM',
      merchantId: 'H001',
      kind: 'PAYMENT',
      orderNo: 'YT1',
      refundNo: null,
      channel: 'WECHAT',
      channelTxnNo: '4200001',
      hisOrderNo: null,
      amountFen: 2500n,
      occurredAtMs: payment.occurredAtMs,
      businessDate: '2026-11-24',
      businessType: '挂号',
      source: 'EVENT',
      sourceRef: 'e-1',
    },
  });
});

test('a HIS refund event becomes an entry of the merchant book, without a channel', () => {
  const decoded = decode('his-orders', encodeEvent('his-orders', hisRefund));
  expect(decoded.ok && decoded.entry).toMatchObject({
    book: 'MERCHANT',
    kind: 'REFUND',
    refundNo: 'RF1',
    hisOrderNo: 'HIS1',
    channel: null,
    channelTxnNo: null,
    businessDate: '2026-11-25',
    businessType: null,
  });
});

test('the cut-off of the merchant decides the business date', () => {
  const late = { ...hospital, rules: { ...DEFAULT_RULES, cutOffMs: -3_600_000 } };
  const decoded = makeEventDecoder({ merchants: new Map([['H001', late]]) })(
    'payments',
    encodeEvent('payments', payment),
  );
  expect(decoded.ok && decoded.entry.businessDate).toBe('2026-11-25');
});

test.each([1n, 63n, 64n, 2n ** 48n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, MAX_FEN - 1n, MAX_FEN])(
  'an amount of %s fen is read exactly',
  (amountFen) => {
    const decoded = decode('payments', encodeEvent('payments', { ...payment, amountFen }));
    expect(decoded.ok && decoded.entry.amountFen).toBe(amountFen);
  },
);

const INVALID: readonly [string, Partial<PaymentEvent>, string, RegExp][] = [
  ['an amount of zero', { amountFen: 0n }, 'DZ_EVENT_INVALID', /amountFen 0 /],
  ['a negative amount', { amountFen: -MAX_FEN }, 'DZ_EVENT_INVALID', /amountFen -9223372036854775807 /],
  ['an unknown kind', { kind: 'CHARGE' }, 'DZ_EVENT_INVALID', /"CHARGE" is neither/],
  ['an unknown channel', { channel: 'BITCOIN' }, 'DZ_EVENT_INVALID', /"BITCOIN" is not one of merchant H001/],
  ['a channel the merchant lacks', { channel: 'ALIPAY' }, 'DZ_EVENT_INVALID', /it has: WECHAT/],
  ['an empty order number', { orderNo: '' }, 'DZ_EVENT_INVALID', /orderNo is empty/],
  ['a space in an id', { eventId: 'a b' }, 'DZ_EVENT_INVALID', /eventId "a b"/],
  ['a tilde in an id', { channelTxnNo: '~1' }, 'DZ_EVENT_INVALID', /channelTxnNo/],
  ['an id of 65 characters', { orderNo: 'x'.repeat(65) }, 'DZ_EVENT_INVALID', /orderNo/],
  ['an id that ends with a line feed', { orderNo: 'x\n' }, 'DZ_EVENT_INVALID', /orderNo/],
  ['an id in Chinese', { orderNo: '订单' }, 'DZ_EVENT_INVALID', /orderNo "订单"/],
  ['a refund number on a payment', { refundNo: 'R1' }, 'DZ_EVENT_INVALID', /a payment carries no refundNo/],
  ['an empty refund number', { kind: 'REFUND', refundNo: '' }, 'DZ_EVENT_INVALID', /refundNo is empty/],
  ['a time in seconds', { occurredAtMs: 1_795_000_000 }, 'DZ_EVENT_INVALID', /not in the years/],
  ['a time in 2101', { occurredAtMs: Date.UTC(2101, 0, 1) }, 'DZ_EVENT_INVALID', /not in the years/],
  ['a control character', { businessType: 'a\tb' }, 'DZ_EVENT_INVALID', /businessType/],
  ['an unknown merchant', { merchantId: 'H999' }, 'DZ_EVENT_UNKNOWN_MERCHANT', /"H999" is not configured/],
];
test.each(INVALID)('an event with %s is refused', (_, change, code, reason) => {
  expect(decode('payments', encodeEvent('payments', { ...payment, ...change }))).toMatchObject({
    ok: false,
    code,
    reason: expect.stringMatching(reason),
  });
});

test('what cannot be decoded says where and why', () => {
  const good = encodeEvent('payments', payment);
  const unknown = Buffer.concat([singleObjectHeader(0xabcn), good.subarray(10)]);
  const negative = Buffer.concat([good.subarray(0, 10), Buffer.from([0x01])]);
  const endless = Buffer.concat([good.subarray(0, 10), Buffer.alloc(12, 0xff)]);
  const cases: readonly [Topic, Uint8Array, RegExp][] = [
    ['payments', new Uint8Array(0), /the record is empty/],
    ['payments', Buffer.from('{"eventId":"1"}'), /begins with 7b226576656e74496422 instead of c301/],
    ['payments', unknown, /no schema has the fingerprint 0000000000000abc/],
    ['his-orders', good, /duizhang\.PaymentEvent does not belong into the topic his-orders/],
    ['payments', Buffer.concat([good, Buffer.from([0])]), /1 bytes too many/],
    ['payments', good.subarray(0, -1), /field businessType has a length of 6 where 5 bytes are left/],
    ['payments', negative, /field eventId has a length of -1/],
    ['payments', endless, /field eventId has a number that does not fit 64 bits/],
    ['payments', Buffer.concat([good, Buffer.alloc(MAX_EVENT_BYTES)]), /more than the 65536/],
    [
      'payments',
      Buffer.concat([good.subarray(0, -6), Buffer.alloc(6, 0xff)]),
      /businessType has a text that is not UTF-8/,
    ],
  ];
  for (const [topic, bytes, reason] of cases) {
    expect(decode(topic, bytes)).toMatchObject({
      ok: false,
      code: 'DZ_EVENT_UNDECODABLE',
      reason: expect.stringMatching(reason),
    });
  }
});

test('a plain Uint8Array inside a larger buffer is read like a Buffer', () => {
  const bytes = encodeEvent('payments', payment);
  const larger = new Uint8Array(bytes.length + 7);
  larger.set(bytes, 5);
  expect(decode('payments', larger.subarray(5, 5 + bytes.length)).ok).toBe(true);
});

test('no bytes make the decoder throw', () => {
  const good = encodeEvent('payments', { ...payment, kind: 'REFUND', refundNo: 'R1' });
  const flips = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 });
  const damaged = fc.tuple(flips, fc.nat(good.length)).map(([changes, length]) => {
    const copy = Buffer.from(good);
    for (const [at, byte] of changes) copy[at] = byte;
    return copy.subarray(0, length);
  });
  const headed = fc.uint8Array({ maxLength: 200 }).map((body) => Buffer.concat([good.subarray(0, 10), body]));
  fc.assert(
    fc.property(fc.oneof(damaged, headed, fc.uint8Array({ maxLength: 60 })), (bytes) => {
      const decoded = decode('payments', bytes);
      expect(decoded.ok || decoded.reason.length > 0).toBe(true);
    }),
    { numRuns: 3_000 },
  );
});

test('the reader gives what avsc gives, for any values', () => {
  const schema = newestSchemaOf('payments', loadEventSchemas());
  const reader = new RecordReader(schema.json, schema.json, WANTED['payments']);
  const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  const text = fc.string({ unit: 'grapheme' });
  const record = fc.record({
    eventId: text,
    merchantId: text,
    kind: text,
    orderNo: text,
    refundNo: fc.option(text),
    channel: text,
    channelTxnNo: text,
    amountFen: long,
    occurredAt: long,
    businessType: text,
  });
  fc.assert(
    fc.property(record, (values) => {
      const read: (string | number | bigint | null)[] = [];
      reader.read(avroTypeOf(schema).toBuffer(values), 0, read);
      const { eventId, merchantId, kind, orderNo, refundNo, amountFen, occurredAt, businessType } = values;
      const texts = [
        eventId,
        merchantId,
        kind,
        orderNo,
        refundNo,
        businessType,
        values.channel,
        values.channelTxnNo,
      ];
      expect([...read.slice(0, 5), ...read.slice(7)]).toEqual(texts);
      expect([BigInt(read[5] ?? ''), BigInt(read[6] ?? '')]).toEqual([amountFen, occurredAt]);
    }),
    { numRuns: 300 },
  );
});

// --- evolution -------------------------------------------------------------------------------------------------

const today = newestSchemaOf('payments', loadEventSchemas());
const fieldsToday = JSON.parse(JSON.stringify(today.json)).fields;

function version(number: number, fields: readonly object[]): ReturnType<typeof eventSchemaOf> {
  const text = JSON.stringify({ type: 'record', name: 'PaymentEvent', namespace: 'duizhang', fields });
  return eventSchemaOf(`payment-event.v${number}.avsc`, text);
}

test('a later schema with added fields of any type is read by what the code knows today', () => {
  const added = [
    { name: 'insuranceFen', type: ['null', 'long'], default: null },
    { name: 'tags', type: { type: 'array', items: 'string' }, default: [] },
    { name: 'extra', type: { type: 'map', values: ['double', 'string'] }, default: {} },
    { name: 'desk', type: { type: 'enum', name: 'Desk', symbols: ['A', 'B'] }, default: 'A' },
    { name: 'mark', type: { type: 'fixed', name: 'Mark', size: 4 }, default: '\u0000\u0000\u0000\u0000' },
    { name: 'ok', type: 'boolean', default: false },
  ];
  const later = version(9, [...added.slice(0, 3), ...fieldsToday, ...added.slice(3)]);
  const { occurredAtMs, ...fields } = payment;
  const body = avroTypeOf(later).toBuffer({
    ...fields,
    occurredAt: BigInt(occurredAtMs),
    insuranceFen: 5n,
    tags: ['a', 'b'],
    extra: { x: 1.5, y: 'z' },
    desk: 'B',
    mark: Buffer.from('abcd'),
    ok: true,
  });
  const bytes = Buffer.concat([singleObjectHeader(later.fingerprint), body]);
  const decodeBoth = makeEventDecoder({ merchants, schemas: [later, today] });
  expect(decodeBoth('payments', bytes)).toEqual(decode('payments', encodeEvent('payments', payment)));
  expect(decodeBoth('payments', encodeEvent('payments', payment)).ok).toBe(true);
});

test('what an older writer did not know takes the default of the newest schema', () => {
  const older = version(
    1,
    fieldsToday.filter((field: { name: string }) => field.name !== 'businessType'),
  );
  const newest = version(2, [
    ...fieldsToday.filter((field: { name: string }) => field.name !== 'businessType'),
    { name: 'businessType', type: 'string', default: 'OTHER' },
  ]);
  const { occurredAtMs, ...fields } = payment;
  const body = avroTypeOf(older).toBuffer({ ...fields, occurredAt: BigInt(occurredAtMs) });
  const decoded = makeEventDecoder({ merchants, schemas: [newest, older] })(
    'payments',
    Buffer.concat([singleObjectHeader(older.fingerprint), body]),
  );
  expect(decoded.ok && decoded.entry.businessType).toBe('OTHER');
});

test('a schema that changes the type of a field is refused at start', () => {
  const changed = fieldsToday.map((field: { name: string }) =>
    field.name === 'amountFen' ? { name: 'amountFen', type: 'double' } : field,
  );
  expect(() => makeEventDecoder({ merchants, schemas: [version(2, changed), today] })).toThrow(
    expect.objectContaining({ code: 'DZ_SCHEMA_INCOMPATIBLE' }),
  );
});

test('every schema of the folder can be read by the newest of its name', () => {
  const schemas = loadEventSchemas();
  expect(new Set(schemas.map((schema) => schema.fingerprint)).size).toBe(schemas.length);
  for (const schema of schemas) {
    const newest = schemas.find((other) => other.name === schema.name) ?? schema;
    expect(() => avroTypeOf(newest).createResolver(avroTypeOf(schema))).not.toThrow();
  }
});

/** Schemas that events were written with. A new version adds a line; a line never changes: the log holds such events. */
const RELEASED: Readonly<Record<string, string>> = {
  'alert-change.v1.avsc': 'eb014213f22a84b0',
  'his-order-event.v1.avsc': '0f727d7700e897f7',
  'payment-event.v1.avsc': 'a917813fc79586b8',
  'verdict-change.v1.avsc': '2c7fdb5d15172848',
};
test('a released schema stays as it is, because events carry its fingerprint', () => {
  const found = loadEventSchemas().map((schema) => [
    schema.file,
    schema.fingerprint.toString(16).padStart(16, '0'),
  ]);
  expect(Object.fromEntries(found)).toEqual(RELEASED);
});

test('an event that its schema cannot hold is not encoded', () => {
  expect(() => encodeEvent('payments', { ...payment, amountFen: 2n ** 63n })).toThrow(
    expect.objectContaining({ code: 'DZ_EVENT_UNENCODABLE' }),
  );
});
