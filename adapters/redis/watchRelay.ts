import type { DifferingOrder } from '../../domain/alertPorts.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Sight, WatchedEvent, WatchRelay } from '../../domain/watchRelay.ts';
import type { RedisConnection } from './connect.ts';

const KEY = 'dz:watch';
const SIGHTS_AN_ENTRY = 500;
/** Half a minute of 10,000 events a second, and more, while nobody reads. */
const MOST_ENTRIES = 5_000;
/** What was read is kept for whoever takes over, and no longer: full entries are 100 KB each. */
const READ_KEPT_MS = 30_000;
const ENTRIES_A_READ = 100;

/** A stream in the window's Redis; an entry holds many sights as JSON, amounts and versions as text. */
export function redisWatchRelay(redis: RedisConnection): WatchRelay {
  return {
    async publish(sights) {
      for (let at = 0; at < sights.length; at += SIGHTS_AN_ENTRY) {
        const text = JSON.stringify(sights.slice(at, at + SIGHTS_AN_ENTRY).map(wireOf));
        await redis.xadd(KEY, 'MAXLEN', '~', MOST_ENTRIES, '*', 's', text);
      }
    },
    async idBefore(ms) {
      // Of the server that gives the ids.
      const seconds = await redis.eval("return redis.call('TIME')[1]", 1, KEY);
      return `${Math.max(0, Number(seconds) * 1000 - ms)}-0`;
    },
    async read(after) {
      const entries = await redis.xrange(KEY, `(${after}`, '+', 'COUNT', ENTRIES_A_READ);
      const sights = entries.flatMap(([, [, text = '[]']]) => sightsOf(text));
      const last = entries.at(-1)?.[0];
      if (last === undefined) return { sights, last: after };
      await redis.xtrim(KEY, 'MINID', Math.max(0, Number.parseInt(last, 10) - READ_KEPT_MS));
      return { sights, last };
    },
  };
}

type WireEvent = Omit<WatchedEvent, 'amountFen'> & { readonly amountFen: string };
type WireOrder = Omit<DifferingOrder, 'amountFen' | 'version'> & {
  readonly amountFen: string;
  readonly version: string;
};
type Wire =
  | { readonly kind: 'event'; readonly entry: WireEvent; readonly nowMs: number }
  | { readonly kind: 'order'; readonly order: WireOrder }
  | Extract<Sight, { kind: 'deadLetters' }>;

function wireOf(sight: Sight): Wire {
  switch (sight.kind) {
    case 'event': {
      const { merchantId, orderNo, book, kind, channel, amountFen, occurredAtMs } = sight.entry;
      const entry = {
        merchantId,
        orderNo,
        book,
        kind,
        channel,
        amountFen: amountFen.toString(),
        occurredAtMs,
      };
      return { ...sight, entry };
    }
    case 'order': {
      const { amountFen, version } = sight.order;
      const order = { ...sight.order, amountFen: amountFen.toString(), version: version.toString() };
      return { ...sight, order };
    }
    case 'deadLetters':
      return sight;
  }
}

function sightsOf(text: string): readonly Sight[] {
  const wires: unknown = JSON.parse(text);
  if (!isWires(wires)) {
    throw new DuizhangError('DZ_SYSTEM_WATCH_RELAY', `the stream ${KEY} holds ${text.slice(0, 100)}`);
  }
  return wires.map((wire): Sight => {
    if (wire.kind === 'event')
      return { ...wire, entry: { ...wire.entry, amountFen: BigInt(wire.entry.amountFen) } };
    if (wire.kind === 'deadLetters') return wire;
    const { amountFen, version } = wire.order;
    return { ...wire, order: { ...wire.order, amountFen: BigInt(amountFen), version: BigInt(version) } };
  });
}

/** Pipelines write it, of one release after the other: their own word for its kind is enough. */
function isWires(value: unknown): value is readonly Wire[] {
  const kinds: readonly unknown[] = ['event', 'order', 'deadLetters'];
  return (
    Array.isArray(value) &&
    value.every(
      (one: unknown) => typeof one === 'object' && one !== null && 'kind' in one && kinds.includes(one.kind),
    )
  );
}
