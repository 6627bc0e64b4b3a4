import { isBusinessDate, localOfInstant } from '../../domain/businessDate.ts';
import { fenOfText } from '../../domain/money.ts';
import type { Topic } from '../../domain/ports.ts';
import type { TopicEvent } from './event.ts';
import type { EventFault } from './eventRules.ts';
import { faultOfEvent, invalid, quoted } from './eventRules.ts';

/** ISO 8601 date and time with an offset; seconds and a fraction may be left out. */
export const ISO_TIME =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

type Json = { readonly [field: string]: unknown };

/** An event in its JSON form, checked by every rule that does not need to know the hospital. */
export function parseJsonEvent<T extends Topic>(
  topic: T,
  json: unknown,
): { readonly ok: true; readonly event: Extract<TopicEvent, { topic: T }>['event'] } | EventFault;
export function parseJsonEvent(
  topic: Topic,
  json: unknown,
): { readonly ok: true; readonly event: TopicEvent['event'] } | EventFault {
  if (!isObject(json)) return invalid(null, 'an event is a JSON object', '事件应为 JSON 对象');
  try {
    const told = topicEventOf(topic, json);
    return faultOfEvent(told) ?? { ok: true, event: told.event };
  } catch (error) {
    if (error instanceof FieldFault) return invalid(error.field, error.message, error.messageZh);
    throw error;
  }
}

/** The JSON form of an event: amounts as texts, times in Beijing's. What `parseJsonEvent` reads back as the same event. */
export function jsonOfEvent(told: TopicEvent): Readonly<Record<string, string | null>> {
  const { eventId, merchantId, kind, orderNo, refundNo, amountFen, occurredAtMs, businessType } = told.event;
  const own =
    told.topic === 'payments'
      ? { channel: told.event.channel, channelTxnNo: told.event.channelTxnNo }
      : { hisOrderNo: told.event.hisOrderNo };
  const when = { amountFen: String(amountFen), occurredAt: beijingIsoOf(occurredAtMs) };
  return { eventId, merchantId, kind, orderNo, refundNo, ...own, ...when, businessType };
}

function beijingIsoOf(ms: number): string {
  const millis = ms - Math.floor(ms / 1000) * 1000;
  return `${localOfInstant(ms).replace(' ', 'T')}.${String(millis).padStart(3, '0')}+08:00`;
}

/** The topic that an event's own fields tell; null when they tell none, or both. */
export function topicOfJson(json: unknown): Topic | null {
  if (!isObject(json)) return null;
  const his = json['hisOrderNo'] !== undefined;
  if (his === (json['channelTxnNo'] !== undefined)) return null;
  return his ? 'his-orders' : 'payments';
}

/** Ends the reading of one event at its first wrong field. */
class FieldFault extends Error {
  readonly field: string;
  readonly messageZh: string;

  constructor(field: string, message: string, messageZh: string) {
    super(message);
    this.field = field;
    this.messageZh = messageZh;
  }
}

function topicEventOf(topic: Topic, json: Json): TopicEvent {
  const kind = textOf(json, 'kind');
  const common = {
    eventId: textOf(json, 'eventId'),
    merchantId: textOf(json, 'merchantId'),
    kind,
    orderNo: textOf(json, 'orderNo'),
    refundNo: refundNoOf(json, kind),
    amountFen: fenOf(json),
    occurredAtMs: occurredAtOf(json),
    businessType: isAbsent(json['businessType']) ? '' : textOf(json, 'businessType'),
  };
  if (topic === 'his-orders') return { topic, event: { ...common, hisOrderNo: textOf(json, 'hisOrderNo') } };
  const channel = textOf(json, 'channel');
  return { topic, event: { ...common, channel, channelTxnNo: textOf(json, 'channelTxnNo') } };
}

function textOf(json: Json, field: string): string {
  const value = json[field];
  if (typeof value === 'string') return value;
  throw value === undefined
    ? new FieldFault(field, `${field} is missing`, '缺少该字段')
    : new FieldFault(field, `${field} must be a text`, '该字段应为文本');
}

/** On a refund it must be there, if only as null: a misspelt field would else make a refund without a number. */
function refundNoOf(json: Json, kind: string): string | null {
  const value = json['refundNo'];
  if (value === null || (value === undefined && kind === 'PAYMENT')) return null;
  return textOf(json, 'refundNo');
}

/** An integer, or its decimal text: JSON numbers beyond 2^53 have lost their last digits before anybody sees them. */
function fenOf(json: Json): bigint {
  const value = json['amountFen'];
  if (value === undefined) throw new FieldFault('amountFen', 'amountFen is missing', '缺少该字段');
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return BigInt(value);
    const hint = Number.isInteger(value) ? 'send amounts beyond 2^53 as a decimal text' : 'send whole fen';
    throw new FieldFault(
      'amountFen',
      `amountFen ${value} is not exact; ${hint}`,
      `金额 ${value} 不精确：应为整数分，过大时以文本发送`,
    );
  }
  const fen = typeof value === 'string' ? fenOfText(value) : null;
  if (fen !== null) return fen;
  const shown = typeof value === 'string' ? quoted(value) : `of type ${typeof value}`;
  if (typeof value === 'string' && /^-?\d+$/.test(value)) {
    throw new FieldFault(
      'amountFen',
      `amountFen ${shown} is beyond what a ledger holds`,
      `金额 ${shown} 超出可记录的范围`,
    );
  }
  throw new FieldFault(
    'amountFen',
    `amountFen ${shown} is neither an integer nor the decimal text of one`,
    '金额应为整数分，或其十进制文本',
  );
}

function occurredAtOf(json: Json): number {
  const text = textOf(json, 'occurredAt');
  const date = ISO_TIME.exec(text)?.[1];
  if (date !== undefined && isBusinessDate(date)) return Date.parse(text);
  throw new FieldFault(
    'occurredAt',
    `occurredAt ${quoted(text)} is not an ISO 8601 time with an offset, such as 2026-11-24T09:30:00.000+08:00`,
    `交易时间 ${quoted(text)} 不是带时区的 ISO 8601 时间，例如 2026-11-24T09:30:00.000+08:00`,
  );
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function isObject(json: unknown): json is Json {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
