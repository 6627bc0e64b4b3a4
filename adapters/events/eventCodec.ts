import type { Type } from 'avsc';
import avsc from 'avsc';
import { DuizhangError } from '../../domain/errors.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { EventDecoder, Topic } from '../../domain/ports.ts';
import { TOPICS } from '../../domain/ports.ts';
import { canonicalFormOf } from './canonicalForm.ts';
import type { EventOf, TopicEvent } from './event.ts';
import type { EventFault } from './eventRules.ts';
import { entryOfEvent } from './eventRules.ts';
import { singleObjectHeader } from './fingerprint.ts';
import type { WireValue } from './recordReader.ts';
import { RecordReader, WireFault } from './recordReader.ts';
import type { EventSchema } from './schemas.ts';
import { loadEventSchemas, newestSchemaOf, RECORD_OF_TOPIC } from './schemas.ts';
import { WANTED } from './wanted.ts';
import type { WriterSchemas } from './writerSchemas.ts';
import { FRAME_BYTES, noRegistry, schemaIdOf } from './writerSchemas.ts';

/** Events are a few hundred bytes; a record beyond this is none. */
export const MAX_EVENT_BYTES = 65_536;
const HEADER_BYTES = 10;
const JSON_OPENS = 0x7b;

type Writer = {
  readonly schema: EventSchema;
  /** The fingerprint as two 32-bit halves: comparing them makes no bigint per event. */
  readonly low: number;
  readonly high: number;
  readonly topic: Topic | null;
  readonly reader: RecordReader | null;
};

/**
 * Decodes records into entries: in Avro single-object encoding, written with any schema of the folder, or in Confluent's
 * framing, written with one of a registry. Never throws on any bytes: what is no event is answered with its code and a
 * reason that names the field and the byte.
 */
export function makeEventDecoder({
  merchants,
  ...options
}: ReaderOptions & { readonly merchants: ReadonlyMap<string, Merchant> }): EventDecoder {
  const read = makeEventReader(options);
  return (topic, value) => {
    const told = read(topic, value);
    return 'ok' in told ? told : entryOfEvent(told, merchants);
  };
}

type ReaderOptions = {
  readonly schemas?: readonly EventSchema[];
  /** null or absent: there is no registry. */
  readonly registry?: Pick<WriterSchemas, 'readerOf'> | null;
};

/** The event in a record's bytes, whatever rule it breaks. */
export function makeEventReader(
  options: ReaderOptions,
): (topic: Topic, value: Uint8Array) => TopicEvent | EventFault {
  const writers = writersOf(options.schemas ?? loadEventSchemas());
  const values: WireValue[] = [];
  return (topic, value) => {
    const bytes = Buffer.isBuffer(value)
      ? value
      : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    const id = schemaIdOf(bytes);
    const reader =
      id === null ? readerFor(topic, bytes, writers) : registeredReader(topic, bytes, id, options.registry);
    if (!(reader instanceof RecordReader)) return reader;
    try {
      reader.read(bytes, id === null ? HEADER_BYTES : FRAME_BYTES, values);
    } catch (error) {
      if (error instanceof WireFault)
        return undecodable(
          error.message,
          '内容与其声明的格式不符：可能被截断，或按另一版本的格式编写',
          error.field,
        );
      throw error;
    }
    return eventOf(topic, values);
  };
}

function writersOf(schemas: readonly EventSchema[]): readonly Writer[] {
  return schemas.map((schema) => {
    const topic = TOPICS.find((each) => RECORD_OF_TOPIC[each] === schema.name) ?? null;
    const reader = topic && new RecordReader(schema.json, newestSchemaOf(topic, schemas).json, WANTED[topic]);
    const low = Number(BigInt.asUintN(32, schema.fingerprint));
    return { schema, low, high: Number(schema.fingerprint >> 32n), topic, reader };
  });
}

function readerFor(topic: Topic, bytes: Buffer, writers: readonly Writer[]): RecordReader | EventFault {
  if (bytes.length < HEADER_BYTES || bytes[0] !== 0xc3 || bytes[1] !== 0x01) return notSingleObject(bytes);
  if (bytes.length > MAX_EVENT_BYTES) return tooLong(bytes);
  const low = bytes.readUInt32LE(2);
  const high = bytes.readUInt32LE(6);
  for (const writer of writers) {
    if (writer.low !== low || writer.high !== high) continue;
    if (writer.topic === topic && writer.reader) return writer.reader;
    return undecodable(
      `a record of ${writer.schema.name} does not belong into the topic ${topic}`,
      `内容是 ${writer.schema.name}，不属于主题 ${topic}`,
    );
  }
  const fingerprint = bytes.readBigUInt64LE(2).toString(16).padStart(16, '0');
  return undecodable(
    `no schema has the fingerprint ${fingerprint}; put the writer's schema into schemas/avro`,
    `没有指纹为 ${fingerprint} 的格式，不知道按什么格式读取`,
  );
}

function registeredReader(
  topic: Topic,
  bytes: Buffer,
  id: number,
  registry: Pick<WriterSchemas, 'readerOf'> | null = null,
): RecordReader | EventFault {
  if (bytes.length > MAX_EVENT_BYTES) return tooLong(bytes);
  return registry === null ? noRegistry(id) : registry.readerOf(topic, id);
}

function tooLong(bytes: Buffer): EventFault {
  return undecodable(
    `${bytes.length} bytes are more than the ${MAX_EVENT_BYTES} an event may have`,
    `内容有 ${bytes.length} 字节，超过一条事件的上限 ${MAX_EVENT_BYTES} 字节`,
  );
}

function notSingleObject(bytes: Buffer): EventFault {
  if (bytes.length === 0) return undecodable('the record is empty', '内容为空');
  const start = bytes.subarray(0, HEADER_BYTES).toString('hex');
  return undecodable(
    `not in Avro single-object encoding: it begins with ${start} instead of c301 and an 8-byte fingerprint`,
    bytes[0] === JSON_OPENS
      ? '内容是 JSON 文本，而约定的是 Avro 单对象编码'
      : `不是 Avro 单对象编码：开头为 ${start}，应为 c301 和 8 字节指纹`,
  );
}

function eventOf(topic: Topic, values: readonly WireValue[]): TopicEvent {
  const common = {
    eventId: textOf(values[0]),
    merchantId: textOf(values[1]),
    kind: textOf(values[2]),
    orderNo: textOf(values[3]),
    refundNo: values[4] === null ? null : textOf(values[4]),
    amountFen: BigInt(values[5] ?? 0),
    occurredAtMs: Number(values[6]),
    businessType: textOf(values[7]),
  };
  return topic === 'payments'
    ? { topic, event: { ...common, channel: textOf(values[8]), channelTxnNo: textOf(values[9]) } }
    : { topic, event: { ...common, hisOrderNo: textOf(values[8]) } };
}

/** The reader gives a text for every field that is wanted as one. */
function textOf(value: WireValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function undecodable(reason: string, reasonZh: string, field: string | null = null): EventFault {
  return { ok: false, code: 'DZ_EVENT_UNDECODABLE', reason, reasonZh, field };
}

// --- encoding --------------------------------------------------------------------------------------------------

/** Longs as bigint: amounts may lie beyond what a double holds. */
const BIGINT_LONG = avsc.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint' && BigInt.asIntN(64, value) === value,
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

/** An Avro type of a schema whose longs are bigints. */
export function avroTypeOf(schema: EventSchema): Type {
  return avsc.Type.forSchema(JSON.parse(JSON.stringify(schema.json)), {
    // By hook and not by registry: that would miss longs that are written as {"type": "long", …}.
    typeHook: (type) =>
      canonicalFormOf(JSON.parse(JSON.stringify(type))) === '"long"' ? BIGINT_LONG : undefined,
  });
}

type Encoder = { readonly header: Buffer; readonly type: Type };
let encoders: Readonly<Record<Topic, Encoder>> | null = null;

/**
 * An event in Avro single-object encoding, by the newest schema of its topic. Writes what the schema can hold, also
 * what the rules refuse: producers and tests decide what they send.
 * @throws DZ_EVENT_UNENCODABLE when the schema cannot hold it
 */
export function encodeEvent<T extends Topic>(topic: T, event: EventOf<T>): Buffer {
  encoders ??= { payments: encoderOf('payments'), 'his-orders': encoderOf('his-orders') };
  const { header, type } = encoders[topic];
  const { occurredAtMs, ...fields } = event;
  try {
    return Buffer.concat([header, type.toBuffer({ ...fields, occurredAt: BigInt(occurredAtMs) })]);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DuizhangError('DZ_EVENT_UNENCODABLE', `an event of ${topic} does not fit its schema: ${why}`, {
      cause,
    });
  }
}

function encoderOf(topic: Topic): Encoder {
  const schema = newestSchemaOf(topic, loadEventSchemas());
  return { header: singleObjectHeader(schema.fingerprint), type: avroTypeOf(schema) };
}
