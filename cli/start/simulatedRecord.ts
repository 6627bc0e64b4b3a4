import type { EventOf } from '../../adapters/events/event.ts';
import { encodeEvent } from '../../adapters/events/eventCodec.ts';
import type { NewRecord, Topic } from '../../domain/ports.ts';
import type { EventJson, SimulatedEvent } from '../../simulator/day.ts';

/** A simulated event as its producer writes it to the log, also one that the rules refuse. */
export function recordOfSimulated({ topic, key, payload }: SimulatedEvent): NewRecord {
  return { topic, key, value: 'bytes' in payload ? payload.bytes : encoded(topic, payload.event) };
}

function encoded(topic: Topic, json: EventJson): Uint8Array {
  return topic === 'payments' ? encodeEvent(topic, paymentOf(json)) : encodeEvent(topic, hisOrderOf(json));
}

function paymentOf(json: EventJson): EventOf<'payments'> {
  return { ...fieldsOf(json), channel: json['channel'] ?? '', channelTxnNo: json['channelTxnNo'] ?? '' };
}

function hisOrderOf(json: EventJson): EventOf<'his-orders'> {
  return { ...fieldsOf(json), hisOrderNo: json['hisOrderNo'] ?? '' };
}

function fieldsOf(json: EventJson) {
  return {
    eventId: json['eventId'] ?? '',
    merchantId: json['merchantId'] ?? '',
    kind: json['kind'] ?? '',
    orderNo: json['orderNo'] ?? '',
    refundNo: json['refundNo'] ?? null,
    amountFen: BigInt(json['amountFen'] ?? '0'),
    occurredAtMs: Date.parse(json['occurredAt'] ?? ''),
    businessType: json['businessType'] ?? '',
  };
}
