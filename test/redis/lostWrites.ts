import { expect } from 'vitest';
import type { TestSystem } from '../system.ts';
import type { Member, Shard } from './redisCluster.ts';
import { failOver } from './redisCluster.ts';

/** All that was sent is in the window. */
export async function untilApplied({ log, window }: TestSystem): Promise<void> {
  const ends = [...(await log.bounds())].map(([partition, { end }]) => [partition, end] as const);
  const areApplied = async (): Promise<boolean> =>
    (await window.positions()).every((slot) => ends.every(([id, end]) => (slot.get(id) ?? 1) >= end));
  await expect.poll(areApplied, { timeout: 30_000 }).toBe(true);
}

/** By slot of the window and partition, as one server has them. */
async function positionsOn({ redis }: Member, slots: number): Promise<ReadonlyMap<string, number>> {
  const positions = new Map<string, number>();
  for (let slot = 0; slot < slots; slot += 1) {
    // Of other servers' slots it only says where they are.
    const own = await redis.hgetall(`dz:{${slot}}:positions`).catch(() => ({}));
    for (const [partition, position] of Object.entries(own))
      positions.set(`${slot} ${partition}`, Number(position));
  }
  return positions;
}

/** @returns how many events at most a slot had applied, and acknowledged, that its new master lacks */
export async function loseMaster({ window }: TestSystem, shard: Shard): Promise<number> {
  const had = await positionsOn(shard.master, window.slots);
  let has: typeof had = new Map();
  await failOver(shard, async () => {
    has = await positionsOn(shard.replica, window.slots);
  });
  return Math.max(...[...had].map(([where, position]) => position - (has.get(where) ?? 1)));
}
