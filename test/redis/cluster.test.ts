import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import type { SimulatedDay } from '../../simulator/day.ts';
import { simulateDay } from '../../simulator/simulateDay.ts';
import type { Fault, PlayedDay } from '../faults/playedDay.ts';
import { playDay, untilDayIsOver } from '../faults/playedDay.ts';
import type { TestSystem } from '../system.ts';
import { startTestSystem } from '../system.ts';
import { loseMaster, untilApplied } from './lostWrites.ts';
import type { RedisCluster } from './redisCluster.ts';
import { cutOff, moveSlot, restartEmptied, startRedisCluster, untilTrue } from './redisCluster.ts';

// The window, and all else that lies in its Redis, on a cluster of three masters and three replicas.

const CONFIG = new URL('../../duizhang.config.yaml', import.meta.url).pathname;
const merchants = [...loadConfig(CONFIG).merchants.values()].slice(0, 1);
const HALF_MOVED_MS = 1_000;

let day: SimulatedDay;
let undisturbed: PlayedDay;

beforeAll(async () => {
  day = simulateDay({ seed: 45, merchants, orders: 1_500, date: '2026-03-09', defects: null });
  await using system = await startTestSystem();
  await system.startPipeline();
  undisturbed = await playDay(system, day, merchants, []);
}, 120_000);

async function playOnCluster(
  faultsOn: (system: TestSystem, cluster: RedisCluster) => readonly Fault[],
): Promise<PlayedDay> {
  const dir = await mkdtemp(join(tmpdir(), 'dz-cluster-'));
  try {
    await using cluster = await startRedisCluster(dir);
    await using system = await startTestSystem({ windowUrl: cluster.url });
    await system.startPipeline();
    return await playDay(system, day, merchants, faultsOn(system, cluster));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const at = (share: number): number => Math.floor(day.events.length * share);

describe('a day on a cluster ends at the very rows of an undisturbed one', () => {
  test(
    'whose slots lie on all masters, one handed over in mid-day, and one master standing still until another is in its place',
    { timeout: 180_000 },
    async () => {
      let moved = 0;
      const ended = await playOnCluster((system, cluster) => [
        {
          afterEvents: at(0.4),
          strike: async () => {
            await untilApplied(system);
            const owners = await Promise.all(
              Array.from({ length: system.window.slots }, (_, slot) => cluster.shardOf(`dz:{${slot}}:`)),
            );
            expect(new Set(owners).size).toBe(3);
            const from = await cluster.shardOf('dz:{0}:');
            const to = cluster.shards.find((shard) => shard !== from);
            if (!to) throw new Error('a cluster of one shard');
            const slot = Number(await from.master.redis.cluster('KEYSLOT', 'dz:{0}:'));
            moved = await moveSlot(slot, from.master, to.master, () => pause(HALF_MOVED_MS));
          },
        },
        {
          afterEvents: at(0.6),
          strike: async () => {
            await untilApplied(system);
            const { master, replica } = await cluster.shardOf('dz:{2}:');
            process.kill(master.server.pid, 'SIGSTOP');
            await untilTrue(async () => (await replica.redis.info('replication')).includes('role:master'));
            await untilApplied(system);
            process.kill(master.server.pid, 'SIGCONT');
          },
        },
      ]);
      expect(moved).toBeGreaterThan(3);
      expect(ended).toEqual(undisturbed);
    },
  );

  test(
    'one of whose masters died, and with it what it alone had acknowledged',
    { timeout: 180_000 },
    async () => {
      let lost = 0;
      const ended = await playOnCluster((system, cluster) => [
        {
          afterEvents: at(0.3),
          strike: async () => {
            await untilApplied(system);
            await cutOff(await cluster.shardOf('dz:{0}:'));
          },
        },
        {
          afterEvents: at(0.6),
          strike: async () => {
            await untilApplied(system);
            lost = await loseMaster(system, await cluster.shardOf('dz:{0}:'));
          },
        },
      ]);
      expect(lost).toBeGreaterThan(0);
      expect(ended).toEqual(undisturbed);
    },
  );

  test(
    'one of whose masters died when the day was over, and nothing came that would find it out',
    { timeout: 180_000 },
    async () => {
      let lost = 0;
      const ended = await playOnCluster((system, cluster) => [
        { afterEvents: at(0.7), strike: async () => cutOff(await cluster.shardOf('dz:{1}:')) },
        {
          afterEvents: day.events.length,
          strike: async () => {
            await untilDayIsOver(system, day.truth.date);
            lost = await loseMaster(system, await cluster.shardOf('dz:{1}:'));
          },
        },
      ]);
      expect(lost).toBeGreaterThan(0);
      expect(ended).toEqual(undisturbed);
    },
  );

  test('a third of which was lost, master and replica alike', { timeout: 180_000 }, async () => {
    const ended = await playOnCluster((system, cluster) => [
      {
        afterEvents: at(0.5),
        strike: async () => {
          await untilApplied(system);
          await restartEmptied(await cluster.shardOf('dz:{0}:'));
          const setUps = async () => (await system.pipelineLog()).split('come from the ledger').length - 1;
          await expect.poll(setUps, { timeout: 30_000 }).toBe(2);
          expect(await system.pipelineLog()).not.toContain('the pipeline ends');
        },
      },
    ]);
    expect(ended).toEqual(undisturbed);
  });
});
