import type { EventIntake, EventSender, IntakeResult } from '../../domain/apiPorts.ts';
import { orderKeyOf } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { EventProducer, NewRecord, Topic } from '../../domain/ports.ts';
import type { TopicEvent } from './event.ts';
import { encodeEvent } from './eventCodec.ts';
import type { EventFault } from './eventRules.ts';
import { entryOfEvent, invalid, quoted } from './eventRules.ts';
import { parseJsonEvent, topicOfJson } from './jsonEvent.ts';

export type IntakeOptions = {
  readonly producer: EventProducer;
  readonly merchants: ReadonlyMap<string, Merchant>;
};

/** Takes JSON events one by one and writes the good ones to the log; a bad one does not hold up its neighbours. */
export class LogEventIntake implements EventIntake {
  readonly #producer: EventProducer;
  readonly #merchants: ReadonlyMap<string, Merchant>;

  constructor(options: IntakeOptions) {
    this.#producer = options.producer;
    this.#merchants = options.merchants;
  }

  /** Rejects as a whole when the log did not take them (DZ_LOG_FULL, …): then nothing may be thought of as accepted. */
  async accept(
    topic: Topic | null,
    events: readonly unknown[],
    producer: EventSender | null,
    traceparent: string | null,
  ): Promise<readonly IntakeResult[]> {
    const records: NewRecord[] = [];
    const results = events.map((json): IntakeResult => {
      const told = this.#checked(topic ?? topicOfJson(json), json, producer);
      if ('ok' in told) {
        return { status: 'rejected', code: told.code, reason: told.reason, field: told.field };
      }
      records.push({ ...recordOf(told), ...(traceparent === null ? {} : { traceparent }) });
      return { status: 'accepted', eventId: told.event.eventId };
    });
    if (records.length > 0) await this.#producer.append(records);
    return results;
  }

  #checked(topic: Topic | null, json: unknown, producer: EventSender | null): TopicEvent | EventFault {
    if (topic === null || typeof json !== 'object') {
      const given = typeof json === 'string' ? `${quoted(json)}: ` : '';
      return invalid(
        null,
        `${given}the event has to be an object with hisOrderNo (HIS order) or channelTxnNo (payment)`,
        '事件应为带 hisOrderNo（HIS 订单）或 channelTxnNo（支付）的对象',
      );
    }
    const told = toldOf(topic, json);
    if ('ok' in told) return told;
    // Before the hospitals are looked at: whether there is such a one is not told to another's machine.
    if (producer && !mayWrite(producer, told)) return notYours(told);
    const entry = entryOfEvent(told, this.#merchants);
    return entry.ok ? told : entry;
  }
}

function toldOf(topic: Topic, json: unknown): TopicEvent | EventFault {
  if (topic === 'payments') {
    const parsed = parseJsonEvent(topic, json);
    return parsed.ok ? { topic, event: parsed.event } : parsed;
  }
  const parsed = parseJsonEvent(topic, json);
  return parsed.ok ? { topic, event: parsed.event } : parsed;
}

function mayWrite({ merchants, mayProduce }: EventSender, { topic, event }: TopicEvent): boolean {
  return mayProduce.has(topic) && merchants.has(event.merchantId);
}

function notYours({ topic, event }: TopicEvent): EventFault {
  return {
    ok: false,
    code: 'DZ_EVENT_NOT_YOURS',
    reason: `the machine may not write ${topic} of merchant ${quoted(event.merchantId)}`,
    reasonZh: `该前置机无权发送医院 ${quoted(event.merchantId)} 的数据`,
    field: 'merchantId',
  };
}

/** An order's events share a partition, and with it their order. */
function recordOf(told: TopicEvent): NewRecord {
  const key = orderKeyOf(told.event.merchantId, told.event.orderNo);
  const value =
    told.topic === 'payments' ? encodeEvent(told.topic, told.event) : encodeEvent(told.topic, told.event);
  return { topic: told.topic, key, value };
}
