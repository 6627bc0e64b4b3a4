import { localOfInstant } from '../domain/businessDate.ts';
import type { Topic } from '../domain/ports.ts';
import type { EventJson, SimulatedEvent } from './day.ts';
import type { PlannedLine, Planner, Stray } from './planner.ts';
import type { Random } from './random.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DELAYED = 0.01;
const REPEATED = 0.015;
/** Of the repeated ones: sent anew by its producer, under another event id. */
const UNDER_ANOTHER_ID = 0.35;

const DEAD_LETTER_CODES = {
  UNDECODABLE: 'DZ_EVENT_UNDECODABLE',
  UNKNOWN_MERCHANT: 'DZ_EVENT_UNKNOWN_MERCHANT',
  INVALID_AMOUNT: 'DZ_EVENT_INVALID',
} as const;

/** A stretch in which a hospital's HIS sends nothing; what it held back comes after it. */
export type Outage = { readonly fromMs: number; readonly toMs: number };

/** The platform's and the hospital's lines as events, as they reach the log: late, out of order, some of them again. */
export function deliveriesOf(planner: Planner): {
  readonly events: readonly SimulatedEvent[];
  readonly deadLetters: readonly string[];
  readonly outage: Outage;
} {
  const { random, lines } = planner;
  const outage = outageOf(planner);
  const events: SimulatedEvent[] = [];
  for (const line of lines) {
    if (line.book === 'CHANNEL') continue;
    const event = deliveryOf(line, eventIdOf(line, planner), arrivalOf(line, outage, random), planner);
    events.push(event);
    if (random.chance(REPEATED)) events.push(repeated(line, event, planner));
  }
  const deadLetters: string[] = [];
  for (const stray of planner.strays) {
    const like = stray.inPlaceOf ?? someLine(planner);
    if (!like) continue;
    events.push(strayDelivery(stray, like, planner));
    deadLetters.push(DEAD_LETTER_CODES[stray.kind]);
  }
  return { events, deadLetters, outage };
}

function outageOf({ random, startMs }: Planner): Outage {
  const fromMs = startMs + random.int(9 * HOUR_MS, 16 * HOUR_MS);
  return { fromMs, toMs: fromMs + random.int(12 * MINUTE_MS, 40 * MINUTE_MS) };
}

/** The platform sends within a second, the HIS through its front-end machine within seconds to minutes. */
function arrivalOf(line: PlannedLine, outage: Outage, random: Random): number {
  const latency = line.book === 'PLATFORM' ? random.lognormal(300, 0.8) : random.lognormal(6_000, 1.1);
  const delay = random.chance(DELAYED) ? random.int(10 * SECOND_MS, 2 * MINUTE_MS) : 0;
  const at = line.occurredAtMs + Math.ceil(latency) + delay;
  if (line.book === 'PLATFORM' || at < outage.fromMs || at >= outage.toMs) return at;
  return outage.toMs + random.int(0, 2 * MINUTE_MS);
}

function repeated(line: PlannedLine, first: SimulatedEvent, planner: Planner): SimulatedEvent {
  const { random } = planner;
  const later = random.chance(0.2)
    ? random.int(10 * MINUTE_MS, 2 * HOUR_MS)
    : random.int(SECOND_MS, 2 * MINUTE_MS);
  const arrivesAtMs = first.arrivesAtMs + later;
  if (!random.chance(UNDER_ANOTHER_ID)) return { ...first, arrivesAtMs };
  return deliveryOf(line, eventIdOf(line, planner), arrivesAtMs, planner);
}

function deliveryOf(
  line: PlannedLine,
  eventId: string,
  arrivesAtMs: number,
  planner: Planner,
): SimulatedEvent {
  const event = eventOf(line, eventId, planner.merchant.merchantId);
  return { topic: topicOf(line), key: keyOf(line), arrivesAtMs, payload: { event } };
}

function topicOf(line: PlannedLine): Topic {
  return line.book === 'PLATFORM' ? 'payments' : 'his-orders';
}

/** The platform keys by its order, a HIS by its receipt. */
function keyOf(line: PlannedLine): string {
  return line.book === 'PLATFORM' ? line.orderNo : (line.hisOrderNo ?? '');
}

function eventIdOf(line: PlannedLine, planner: Planner): string {
  return planner.number(line.book === 'PLATFORM' ? 'EP' : 'EH', line.occurredAtMs);
}

function eventOf(line: PlannedLine, eventId: string, merchantId: string): EventJson {
  const { kind, orderNo, refundNo, businessType } = line;
  const amountFen = line.amountFen.toString();
  const occurredAt = isoOf(line.occurredAtMs);
  if (line.book === 'PLATFORM') {
    const { channel, channelTxnNo } = line;
    return {
      eventId,
      merchantId,
      kind,
      orderNo,
      refundNo,
      channel,
      channelTxnNo,
      amountFen,
      occurredAt,
      businessType,
    };
  }
  const { hisOrderNo } = line;
  return { eventId, merchantId, kind, orderNo, refundNo, hisOrderNo, amountFen, occurredAt, businessType };
}

/** Beijing time with its offset. */
export function isoOf(ms: number): string {
  const millis = String(((ms % SECOND_MS) + SECOND_MS) % SECOND_MS).padStart(3, '0');
  return [localOfInstant(ms).replace(' ', 'T'), '.', millis, '+08:00'].join('');
}

/** A line that is sent as an event; null when there is none. */
function someLine({ lines, random }: Planner): PlannedLine | null {
  const start = random.int(0, Math.max(lines.length - 1, 0));
  const isSent = (line: PlannedLine) => line.book !== 'CHANNEL';
  return lines.slice(start, start + NEARBY).find(isSent) ?? lines.find(isSent) ?? null;
}
const NEARBY = 20;

function strayDelivery(stray: Stray, like: PlannedLine, planner: Planner): SimulatedEvent {
  const { random } = planner;
  const arrivesAtMs = like.occurredAtMs + random.int(200, 5_000);
  const topic = topicOf(like);
  const key = keyOf(like);
  const good = eventOf(like, eventIdOf(like, planner), planner.merchant.merchantId);
  switch (stray.kind) {
    case 'UNDECODABLE':
      return { topic, key, arrivesAtMs, payload: { bytes: brokenBytes(good, random) } };
    case 'UNKNOWN_MERCHANT':
      return {
        topic,
        key,
        arrivesAtMs,
        payload: { event: { ...good, merchantId: `NOBODY-${random.int(100, 999)}` } },
      };
    case 'INVALID_AMOUNT': {
      const amountFen = random.chance(0.5) ? '0' : `-${good['amountFen'] ?? '1'}`;
      return { topic, key, arrivesAtMs, payload: { event: { ...good, amountFen } } };
    }
  }
}

/** JSON where Avro is expected, noise, or a good beginning with a schema that nobody knows. */
function brokenBytes(event: EventJson, random: Random): Uint8Array {
  const noise = Uint8Array.from({ length: random.int(4, 60) }, () => random.int(0, 255));
  // Noise must not begin like an event.
  if (noise[0] === 0xc3) noise[0] = 0;
  return random.pick([Buffer.from(JSON.stringify(event)), noise, Buffer.concat([AVRO_MARK, noise])]);
}

const AVRO_MARK = Uint8Array.of(0xc3, 0x01, 0xde, 0xad, 0xbe, 0xef, 0xde, 0xad, 0xbe, 0xef);
