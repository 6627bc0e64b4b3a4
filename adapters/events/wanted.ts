import type { Topic } from '../../domain/ports.ts';
import type { Wanted } from './recordReader.ts';

const COMMON = [
  { name: 'eventId', type: 'text' },
  { name: 'merchantId', type: 'text' },
  { name: 'kind', type: 'text' },
  { name: 'orderNo', type: 'text' },
  { name: 'refundNo', type: 'nullableText' },
  { name: 'amountFen', type: 'long' },
  { name: 'occurredAt', type: 'long' },
  { name: 'businessType', type: 'text' },
] as const satisfies readonly Wanted[];

/** What the system takes from each topic's record, in the order in which `eventOf` (eventCodec.ts) reads the values. */
export const WANTED: Readonly<Record<Topic, readonly Wanted[]>> = {
  payments: [...COMMON, { name: 'channel', type: 'text' }, { name: 'channelTxnNo', type: 'text' }],
  'his-orders': [...COMMON, { name: 'hisOrderNo', type: 'text' }],
};
