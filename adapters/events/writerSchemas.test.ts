import avsc from 'avsc';
import { expect, test } from 'vitest';
import type { Topic } from '../../domain/ports.ts';
import { makeEventDecoder } from './eventCodec.ts';
import { loadEventSchemas, newestSchemaOf } from './schemas.ts';
import type { RegistryAnswer } from './writerSchemas.ts';
import { schemaIdOf, WriterSchemas } from './writerSchemas.ts';
import { wechatHospital } from '../../test/fixtures/hospital.ts';

const hospital = wechatHospital('H001');
const merchants = new Map([['H001', hospital]]);
const PAYMENT = {
  eventId: 'e-1',
  merchantId: 'H001',
  kind: 'PAYMENT',
  orderNo: 'YT1',
  refundNo: null,
  channel: 'WECHAT',
  channelTxnNo: '4200001',
  amountFen: 2500,
  occurredAt: Date.parse('2026-11-24T09:30:00+08:00'),
  businessType: '挂号',
};
type Field = { readonly name: string; readonly type: unknown; readonly default?: unknown };
const OURS: { readonly fields: readonly Field[] } = JSON.parse(
  JSON.stringify(newestSchemaOf('payments', loadEventSchemas()).json),
);
const never = new AbortController().signal;

function record(fields: readonly Field[], name = 'com.hospital.pay.Payment') {
  return { type: 'record', name, fields };
}

/** As Confluent's serializers frame a value. */
function framed(id: number, schema: object, values: object): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(id, 1);
  return Buffer.concat([head, avsc.Type.forSchema(JSON.parse(JSON.stringify(schema))).toBuffer(values)]);
}

/** What becomes of a value of `topic` whose id the registry answers with `answer`. */
async function decoded(answer: RegistryAnswer, value: Uint8Array, topic: Topic = 'payments') {
  const registry = new WriterSchemas({
    ask: () => Promise.resolve(answer),
    onAway: (error) => {
      throw error;
    },
  });
  await registry.untilKnown([{ position: 0, value }], never);
  return makeEventDecoder({ merchants, registry })(topic, value);
}

const schemaOf = (json: object): RegistryAnswer => ({
  kind: 'schema',
  json: JSON.parse(JSON.stringify(json)),
});

const renamed = record(OURS.fields);
const shuffled = record([
  { name: 'terminal', type: ['null', { type: 'map', values: 'int' }] },
  ...OURS.fields.toReversed(),
  { name: 'remark', type: { type: 'array', items: 'string' } },
]);
const javaText = { type: 'string', 'avro.java.string': 'String' };
const ofJava = record(
  OURS.fields.map((field) => {
    if (field.name === 'refundNo') return { ...field, type: ['null', javaText] };
    return field.type === 'string' ? { ...field, type: javaText } : field;
  }),
);
const nullable = record(
  OURS.fields.map((field) =>
    field.name === 'businessType' ? { ...field, type: ['null', 'string'] } : field,
  ),
);
const narrow = record(
  OURS.fields.map((field) => (field.name === 'amountFen' ? { ...field, type: 'int' } : field)),
);

test.each([
  ['of another name', renamed, PAYMENT],
  [
    'with its fields in another order and more of them',
    shuffled,
    { ...PAYMENT, terminal: { a: 1 }, remark: ['x'] },
  ],
  ['as Avro’s compiler for Java writes it', ofJava, PAYMENT],
  ['in which a text may be missing', nullable, PAYMENT],
  ['with an amount of 32 bits', narrow, PAYMENT],
])('a record with a schema %s is read as an event', async (_, schema, values) => {
  expect(await decoded(schemaOf(schema), framed(7, schema, values))).toMatchObject({
    ok: true,
    entry: { orderNo: 'YT1', amountFen: 2500n, channel: 'WECHAT', businessType: '挂号', sourceRef: 'e-1' },
  });
});

test('a text that is missing is none, and an order number that is missing is told by its name', async () => {
  const without = framed(7, nullable, { ...PAYMENT, businessType: null });
  expect(await decoded(schemaOf(nullable), without)).toMatchObject({
    ok: true,
    entry: { businessType: null },
  });
  const loose = record(
    OURS.fields.map((field) => (field.name === 'orderNo' ? { ...field, type: ['null', 'string'] } : field)),
  );
  expect(await decoded(schemaOf(loose), framed(7, loose, { ...PAYMENT, orderNo: null }))).toMatchObject({
    code: 'DZ_EVENT_INVALID',
    reason: 'orderNo is empty',
  });
});

test('what a schema of the registry lacks, or has as another type, is said by its id and field', async () => {
  const double = record(
    OURS.fields.map((field) => (field.name === 'amountFen' ? { ...field, type: 'double' } : field)),
  );
  const cases: readonly [RegistryAnswer, Uint8Array, Topic, string, RegExp][] = [
    [
      schemaOf(double),
      framed(7, double, PAYMENT),
      'payments',
      'DZ_EVENT_SCHEMA_INCOMPATIBLE',
      /schema 7 of the registry cannot be read: field amountFen is written as "double"/,
    ],
    [
      schemaOf(renamed),
      framed(7, renamed, PAYMENT),
      'his-orders',
      'DZ_EVENT_SCHEMA_INCOMPATIBLE',
      /schema 7 .* field hisOrderNo is not in the writer's schema/,
    ],
    [
      { kind: 'unreadable', why: 'is of type PROTOBUF, not AVRO' },
      framed(7, renamed, PAYMENT),
      'payments',
      'DZ_EVENT_SCHEMA_INCOMPATIBLE',
      /schema 7 of the registry is of type PROTOBUF/,
    ],
    [{ kind: 'unknown' }, framed(7, renamed, PAYMENT), 'payments', 'DZ_EVENT_SCHEMA_UNKNOWN', /no schema 7/],
    [
      schemaOf(renamed),
      framed(7, renamed, PAYMENT).subarray(0, -1),
      'payments',
      'DZ_EVENT_UNDECODABLE',
      /field businessType/,
    ],
    [
      schemaOf(renamed),
      Buffer.from([0, 0, 0, 0]),
      'payments',
      'DZ_EVENT_UNDECODABLE',
      /begins with 00000000/,
    ],
  ];
  for (const [answer, value, topic, code, reason] of cases) {
    expect(await decoded(answer, value, topic)).toMatchObject({
      code,
      reason: expect.stringMatching(reason),
    });
  }
});

test('without a registry a framed value says which setting would name one', () => {
  expect(makeEventDecoder({ merchants })('payments', framed(7, renamed, PAYMENT))).toMatchObject({
    ok: false,
    code: 'DZ_EVENT_NO_REGISTRY',
    reason: expect.stringMatching(/schema 7 .* log\.kafka\.registry/),
  });
});

test('each id is asked for once, one that is missing again after a while, and single-object values never', async () => {
  const asked: number[] = [];
  let nowMs = 0;
  const registry = new WriterSchemas({
    ask: (id) => {
      asked.push(id);
      return Promise.resolve(id === 7 ? schemaOf(renamed) : { kind: 'unknown' });
    },
    onAway: () => undefined,
    nowMs: () => nowMs,
  });
  const look = async (...ids: readonly number[]): Promise<void> => {
    const records = ids.map((id, position) => ({ position, value: framed(id, renamed, PAYMENT) }));
    await registry.untilKnown(records, never);
  };
  await Promise.all([look(7, 7), look(7, 8)]);
  await look(7, 8);
  expect(asked).toEqual([7, 8]);
  nowMs = 31_000;
  await look(7, 8);
  expect(asked).toEqual([7, 8, 8]);
  expect(registry.untilKnown([{ position: 0, value: Buffer.from('c301', 'hex') }], never)).toBeNull();
});

test('the frame is read wherever the value lies in a larger buffer', () => {
  const value = framed(0x01020304, renamed, PAYMENT);
  const larger = new Uint8Array(value.length + 9);
  larger.set(value, 6);
  expect(schemaIdOf(larger.subarray(6, 6 + value.length))).toBe(0x01020304);
});
