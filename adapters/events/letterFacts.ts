import type { LetterFacts, LetterReader } from '../../domain/deadLetters.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { TOPICS } from '../../domain/ports.ts';
import { makeEventReader } from './eventCodec.ts';
import { entryOfEvent } from './eventRules.ts';

const MOST_CHARACTERS = 64;

/** Looks again at what could not be taken. Of a registry's schemas it knows none: whether they fit is told by the letter's code. */
export function letterReader(merchants: ReadonlyMap<string, Merchant>): LetterReader {
  const read = makeEventReader({});
  return ({ partition, value }) => {
    const topic = TOPICS.find((each) => partition.startsWith(`${each}/`));
    if (topic === undefined) return { merchantId: null, orderNo: null, fault: null };
    const told = read(topic, value);
    if ('ok' in told) return { ...namesIn(value), fault: told };
    const { merchantId, orderNo } = told.event;
    const entry = entryOfEvent(told, merchants);
    return { merchantId, orderNo, fault: entry.ok ? null : entry };
  };
}

/** Senders who write JSON where Avro is asked for still say who they are. */
function namesIn(value: Uint8Array): Pick<LetterFacts, 'merchantId' | 'orderNo'> {
  const fields = new Map<string, unknown>(Object.entries(jsonIn(value)));
  const textOf = (name: string): string | null => {
    const text = fields.get(name);
    return typeof text === 'string' ? text.slice(0, MOST_CHARACTERS) : null;
  };
  return { merchantId: textOf('merchantId'), orderNo: textOf('orderNo') };
}

function jsonIn(value: Uint8Array): object {
  try {
    const json: unknown = JSON.parse(Buffer.from(value).toString('utf8'));
    return typeof json === 'object' && json !== null ? json : {};
  } catch {
    return {};
  }
}
