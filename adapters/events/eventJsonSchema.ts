import type { Static } from 'typebox';
import { Type } from 'typebox';
import { CHANNELS, ID_PATTERN, KINDS } from '../../domain/entry.ts';
import { ISO_TIME } from './jsonEvent.ts';

/**
 * The JSON form of events as a schema, for the API's OpenAPI document and for producers. What counts is `parseJsonEvent`,
 * whose answers name the field and what to do; it lets further fields through, and so does this.
 */

const Id = (description: string) => Type.String({ pattern: ID_PATTERN.source, description });

const COMMON = {
  eventId: Id('Unique per event; a redelivery carries the same one.'),
  merchantId: Id('The hospital.'),
  kind: Type.Enum([...KINDS]),
  orderNo: Id("The platform's order number; on a refund the original order's."),
  refundNo: Type.Optional(
    Type.Union([Id('out_refund_no'), Type.Null()], {
      description: 'A refund must carry it, if only as null; a payment has null or none.',
    }),
  ),
  amountFen: Type.Union([Type.Integer({ minimum: 1 }), Type.String({ pattern: '^[0-9]{1,20}$' })], {
    description: 'Fen paid or refunded through the channel; beyond 2^53 as a decimal text.',
  }),
  occurredAt: Type.String({
    pattern: ISO_TIME.source,
    description: 'ISO 8601 with an offset.',
    examples: ['2026-11-24T09:30:00.000+08:00'],
  }),
  businessType: Type.Optional(Type.Union([Type.String({ maxLength: 64 }), Type.Null()])),
};

export const PaymentEventJson = Type.Object(
  { ...COMMON, channel: Type.Enum([...CHANNELS]), channelTxnNo: Id('transaction_id, trade_no or queryId.') },
  { title: 'payment-event' },
);

export const HisOrderEventJson = Type.Object(
  { ...COMMON, hisOrderNo: Id("The receipt's number in the HIS.") },
  { title: 'his-order-event' },
);

export type PaymentEventJson = Static<typeof PaymentEventJson>;
export type HisOrderEventJson = Static<typeof HisOrderEventJson>;
