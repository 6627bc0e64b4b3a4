import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeEventDecoder } from '../../adapters/events/eventCodec.ts';
import type { Config } from '../../adapters/config/loadConfig.ts';
import { startRedis } from '../../adapters/process/redisServer.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { RedisWindow } from '../../adapters/redis/window/redisWindow.ts';
import type { WindowEvent } from '../../domain/joinPorts.ts';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import type { NewRecord } from '../../domain/ports.ts';
import { windowEventOf } from '../../pipeline/join/fact.ts';
import { slotOf } from '../../pipeline/join/hash.ts';

const EVENTS_A_RANGE = 8_000;
const RANGES_AT_ONCE = 4;
const NONE = new Map<string, readonly string[]>();

/** The windows fed as fast as they take it: no log, no decoding, no ledger in the measured time. */
export async function scriptsAlone(
  chunks: Iterable<readonly NewRecord[]>,
  config: Config,
): Promise<{ eventsPerSecond: number; scriptMicros: number }> {
  const dir = await mkdtemp(join(tmpdir(), 'dz-scripts-'));
  const server = await startRedis({ dir, appendfsync: 'everysec' });
  const redis = connectRedis(server.url);
  try {
    const window = new RedisWindow(redis, { slots: config.slots, outboxLimit: Number.MAX_SAFE_INTEGER });
    const decode = makeEventDecoder({ merchants: config.merchants });
    let [events, seconds, position] = [0, 0, 1];
    let ranges: WindowEvent[][][] = [];
    for (const records of chunks) {
      for (let at = 0; at < records.length; at += EVENTS_A_RANGE) {
        ranges.push(bySlot(records.slice(at, at + EVENTS_A_RANGE), config.slots, decode));
      }
      events += records.length;
      if (ranges.length < RANGES_AT_ONCE) continue;
      [seconds, position, ranges] = [
        seconds + (await applyAll(window, ranges, position)),
        position + ranges.length,
        [],
      ];
      await dropOutboxes(window);
    }
    seconds += await applyAll(window, ranges, position);
    const stats = await redis.info('commandstats');
    const micros = Number(/cmdstat_evalsha:calls=\d+,usec=(\d+)/.exec(stats)?.[1] ?? 0);
    return { eventsPerSecond: events / seconds, scriptMicros: micros / events };
  } finally {
    redis.disconnect();
    await server.kill9();
    await rm(dir, { recursive: true, force: true });
  }
}

function bySlot(
  records: readonly NewRecord[],
  slots: number,
  decode: ReturnType<typeof makeEventDecoder>,
): WindowEvent[][] {
  const split: WindowEvent[][] = Array.from({ length: slots }, () => []);
  for (const { topic, value } of records) {
    const event = decode(topic, value);
    if (!event.ok) throw new Error(event.reason);
    const windowEvent = windowEventOf(event.entry, DEFAULT_RULES.windowMs, false, 0);
    split[slotOf(windowEvent.homeHash, slots)]?.push(windowEvent);
  }
  return split;
}

async function applyAll(
  window: RedisWindow,
  ranges: readonly (readonly WindowEvent[][])[],
  position: number,
): Promise<number> {
  const startedAt = performance.now();
  await Promise.all(
    ranges.flatMap((range, i) =>
      range.map((events, slot) => {
        const from = position + i;
        return window.apply(slot, { partition: 'bench/0', from, end: from + 1, start: 1 }, events, NONE);
      }),
    ),
  );
  return (performance.now() - startedAt) / 1000;
}

async function dropOutboxes(window: RedisWindow): Promise<void> {
  for (let slot = 0; slot < window.slots; slot += 1) {
    const last = (await window.readOutbox(slot, Number.MAX_SAFE_INTEGER)).at(-1);
    if (last) await window.trimOutbox(slot, last);
  }
}
