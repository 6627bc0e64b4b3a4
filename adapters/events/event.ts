import type { Topic } from '../../domain/ports.ts';

/** What both topics' events carry; `kind` is text, as on the wire, until the rules have looked at it. */
type EventFields = {
  readonly eventId: string;
  readonly merchantId: string;
  readonly kind: string;
  readonly orderNo: string;
  readonly refundNo: string | null;
  readonly amountFen: bigint;
  /** Epoch milliseconds. */
  readonly occurredAtMs: number;
  /** Empty when unknown. */
  readonly businessType: string;
};

export type PaymentEvent = EventFields & { readonly channel: string; readonly channelTxnNo: string };
export type HisOrderEvent = EventFields & { readonly hisOrderNo: string };

type EventByTopic = { payments: PaymentEvent; 'his-orders': HisOrderEvent };
/** The event of a topic; of a topic that is not known yet, either. */
export type EventOf<T extends Topic> = EventByTopic[T];

/** An event told by its topic. */
export type TopicEvent =
  | { readonly topic: 'payments'; readonly event: PaymentEvent }
  | { readonly topic: 'his-orders'; readonly event: HisOrderEvent };
