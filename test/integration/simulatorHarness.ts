import { readBill } from '../../adapters/bills/readBill.ts';
import type { TopicEvent } from '../../adapters/events/event.ts';
import { entryOfEvent } from '../../adapters/events/eventRules.ts';
import { parseJsonEvent } from '../../adapters/events/jsonEvent.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import { businessDateOf } from '../../domain/businessDate.ts';
import type { Entry } from '../../domain/entry.ts';
import { orderKeyOf } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import type { BillReport } from '../../domain/ports.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { judgeOrder } from '../../domain/verdict.ts';
import { judgeForDate } from '../../pipeline/close/judgeForDate.ts';
import type { SimulatedBill, SimulatedDay, SimulatedEvent, TruthRow } from '../../simulator/day.ts';

export const DATE: BusinessDate = '2026-03-09';

function hospital(merchantId: string, number: number): Merchant {
  const digits = String(number).padStart(3, '0');
  return {
    merchantId,
    name: '示例市第一医院',
    mode: 'THREE_WAY',
    channels: [
      { channel: 'WECHAT', merchantNo: `1900000${digits}` },
      { channel: 'ALIPAY', merchantNo: `2088000000000${digits}` },
      { channel: 'UNIONPAY', merchantNo: `777000000000${digits}` },
    ],
    rules: DEFAULT_RULES,
    graceMs: 0,
  };
}

export const ALL_HOSPITALS: readonly Merchant[] = Array.from({ length: 20 }, (_, index) =>
  hospital(`H${String(index + 1).padStart(3, '0')}`, index + 1),
);
export const HOSPITALS = ALL_HOSPITALS.slice(0, 3);

/** The first hospital alone. */
export const ONE_HOSPITAL = HOSPITALS.slice(0, 1);

const merchants: ReadonlyMap<string, Merchant> = new Map(ALL_HOSPITALS.map((m) => [m.merchantId, m]));

export type ReadBill = { readonly entries: readonly Entry[]; readonly report: BillReport };

export async function readSimulatedBill(bill: SimulatedBill): Promise<ReadBill> {
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(bill.bytes);
  }
  const { lines, report } = readBill(whole(), bill.channel === null ? {} : { channel: bill.channel });
  const entries: Entry[] = [];
  for await (const batch of lines) {
    for (const { line, ...rest } of batch) {
      entries.push({
        ...rest,
        book: bill.book,
        merchantId: bill.merchantId,
        businessDate: businessDateOf(rest.occurredAtMs),
        source: 'BILL',
        sourceRef: `${bill.fileName}:${line}`,
      });
    }
  }
  return { entries, report: await report };
}

/** What the system makes of an event: an entry, or the code under which it becomes a dead letter. */
export function readSimulatedEvent({ topic, payload }: SimulatedEvent): Entry | string {
  if ('bytes' in payload) return 'DZ_EVENT_UNDECODABLE';
  const told = toldOf(topic, payload.event);
  if (typeof told === 'string') return told;
  const taken = entryOfEvent(told, merchants);
  return taken.ok ? taken.entry : taken.code;
}

function toldOf(topic: SimulatedEvent['topic'], json: unknown): TopicEvent | string {
  if (topic === 'payments') {
    const parsed = parseJsonEvent(topic, json);
    return parsed.ok ? { topic, event: parsed.event } : parsed.code;
  }
  const parsed = parseJsonEvent(topic, json);
  return parsed.ok ? { topic, event: parsed.event } : parsed.code;
}

export function eventEntries(day: SimulatedDay): readonly Entry[] {
  return day.events.map(readSimulatedEvent).filter((read) => typeof read !== 'string');
}

/** Verdicts of the day's close, `key code date`, in order. */
export function closedVerdicts(entries: readonly Entry[]): readonly string[] {
  return ordersOf(entries)
    .flatMap((lines) => judgeForDate(lines, DATE, { mode: 'THREE_WAY', rules: DEFAULT_RULES }))
    .map(({ verdict }) => textOfVerdict(verdict))
    .sort();
}

/** The realtime verdicts after the last event and the last deadline. */
export function realtimeVerdicts(entries: readonly Entry[]): readonly string[] {
  return ordersOf(entries)
    .flatMap((lines) => judgeOrder(lines, { mode: 'REALTIME', rules: DEFAULT_RULES }))
    .map(textOfVerdict)
    .sort();
}

function ordersOf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  return [...Map.groupBy(entries, (entry) => orderKeyOf(entry.merchantId, entry.orderNo)).values()];
}

export function textOfVerdict(verdict: Verdict): string {
  const { merchantId, kind, orderNo, refundNo, code, businessDate } = verdict;
  return [merchantId, kind, orderNo, refundNo ?? '', code, businessDate].join(' ');
}

export function truthOf(day: SimulatedDay, mode: 'realtime' | 'threeWay'): readonly string[] {
  return day.truth.rows.flatMap((row) => textOfRow(row, row[mode])).sort();
}

function textOfRow(row: TruthRow, expected: TruthRow['realtime']): readonly string[] {
  if (expected === null) return [];
  const { merchantId, kind, orderNo, refundNo } = row;
  return [[merchantId, kind, orderNo, refundNo ?? '', expected.code, expected.businessDate].join(' ')];
}
