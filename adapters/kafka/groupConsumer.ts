import { setTimeout as pause } from 'node:timers/promises';
import { DuizhangError } from '../../domain/errors.ts';
import type { EventLog, PartitionId, Position } from '../../domain/ports.ts';
import { orAborted } from '../orAborted.ts';
import { newCluster } from './connect.ts';
import type { UntilReadable } from './fetcher.ts';
import { Fetcher } from './fetcher.ts';
import { GroupMember } from './groupMember.ts';
import type { KafkaSettings } from './kafkaSettings.ts';
import { PartitionFeed } from './partitionFeed.ts';

/**
 * A batch that takes longer is let go of: it may itself wait for what the partitions' next owner has to do. Should it
 * still end, it has done nothing that its repeat would not do.
 */
const SETTLE_MS = 10_000;

export type GroupConsumerParts = Parameters<EventLog['consume']>[0] & {
  readonly settings: KafkaSettings;
  readonly untilReadable: UntilReadable;
  readonly bounds: EventLog['bounds'];
};

/** Reads this member's share of the partitions, and another share after every rebalance. */
export class GroupConsumer {
  readonly member: GroupMember;
  readonly #parts: GroupConsumerParts;

  constructor(parts: GroupConsumerParts) {
    this.#parts = parts;
    this.member = new GroupMember(parts.settings);
  }

  /** Rejects with the signal's reason after it was aborted and running batches have ended, or with the first failure. */
  async run(ending: AbortSignal): Promise<never> {
    try {
      for (;;) {
        const partitions = await this.member.join(ending);
        await this.#readUntilRebalance(partitions, ending);
      }
    } finally {
      await this.member.leave();
    }
  }

  /** Settles what it works on before it returns, however it ends. */
  async #readUntilRebalance(partitions: readonly PartitionId[], ending: AbortSignal): Promise<void> {
    const round = new AbortController();
    const signal = AbortSignal.any([ending, round.signal]);
    const cluster = newCluster(this.#parts.settings);
    const feeds = new Map<PartitionId, PartitionFeed>();
    const fetcher = new Fetcher({
      ...this.#parts,
      cluster,
      feeds,
      positionLost: async (partition, position) =>
        positionLost(partition, position, await this.#parts.bounds()),
    });
    for (const id of partitions) feeds.set(id, new PartitionFeed(id, this.#parts.maxRecords, fetcher.wake));
    const running = new Set<Promise<unknown>>();
    const readers = [...feeds.values()].map((feed) => this.#read(feed, signal, running));
    try {
      const work = [...readers, fetcher.run(signal), this.member.untilRebalance(signal)];
      for (const one of work) one.catch(() => undefined);
      await Promise.race(work);
    } finally {
      round.abort(new Error('the partitions are shared out anew'));
      await settled(running);
      await this.#parts.onRevoked?.(partitions);
      void cluster.disconnect().catch(() => undefined);
    }
  }

  /** Never begins a batch after the abort. */
  async #read(feed: PartitionFeed, signal: AbortSignal, running: Set<Promise<unknown>>): Promise<never> {
    const { startAt, onBatch } = this.#parts;
    feed.seek(await orAborted(signal, startAt(feed.partition)));
    for (;;) {
      const batch = await orAborted(signal, feed.take());
      const work = onBatch(batch);
      running.add(work);
      try {
        const outcome = await work;
        signal.throwIfAborted();
        if (outcome.kind === 'seek') feed.seek(outcome.position);
      } finally {
        running.delete(work);
      }
    }
  }
}

async function settled(running: ReadonlySet<Promise<unknown>>): Promise<void> {
  const given = new AbortController();
  await Promise.race([
    Promise.allSettled(running),
    pause(SETTLE_MS, undefined, { signal: given.signal }).catch(() => undefined),
  ]);
  given.abort();
}

function positionLost(
  partition: PartitionId,
  position: Position,
  bounds: Awaited<ReturnType<EventLog['bounds']>>,
): DuizhangError {
  const { start, end } = bounds.get(partition) ?? { start: 0, end: 0 };
  const lost =
    position > end ? 'lies beyond its end: the topic was emptied or replaced' : 'is not kept any more';
  return new DuizhangError(
    'DZ_LOG_POSITION_LOST',
    `position ${position} of ${partition} ${lost} (kept: ${start} to ${end - 1}); nothing is skipped by itself. ` +
      'See docs/kafka.md, "A position is lost"',
    { details: { partition, position, start, end } },
  );
}
