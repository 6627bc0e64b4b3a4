import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import type { SimulatedDay } from '../../simulator/day.ts';
import { simulateDay } from '../../simulator/simulateDay.ts';
import type { Fault, PlayedDay } from '../faults/playedDay.ts';
import { playDay } from '../faults/playedDay.ts';
import type { TestSystem } from '../system.ts';
import { startTestSystem } from '../system.ts';
import { loseMaster, untilApplied } from './lostWrites.ts';
import { cutOff, untilTrue } from './redisCluster.ts';
import type { Watched } from './sentinels.ts';
import { startWatched } from './sentinels.ts';

const CONFIG = new URL('../../duizhang.config.yaml', import.meta.url).pathname;
const NOT_TAKEN_FOR_MS = 500;
const merchants = [...loadConfig(CONFIG).merchants.values()].slice(0, 1);

let day: SimulatedDay;
let undisturbed: PlayedDay;

beforeAll(async () => {
  day = simulateDay({ seed: 46, merchants, orders: 1_500, date: '2026-03-09', defects: null });
  await using system = await startTestSystem();
  await system.startPipeline();
  undisturbed = await playDay(system, day, merchants, []);
}, 120_000);

async function playWatched(
  faultsOn: (system: TestSystem, watched: Watched) => readonly Fault[],
): Promise<PlayedDay> {
  const dir = await mkdtemp(join(tmpdir(), 'dz-sentinel-'));
  try {
    await using watched = await startWatched(dir);
    await using system = await startTestSystem({ windowUrl: watched.url });
    await system.startPipeline();
    return await playDay(system, day, merchants, faultsOn(system, watched));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const at = (share: number): number => Math.floor(day.events.length * share);

test('what a master does not take for want of replicas is taken when it has them again', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'dz-sentinel-'));
  await using watched = await startWatched(dir);
  const redis = connectRedis(watched.url);
  const { redis: master } = watched.master;
  await master.config('SET', 'min-replicas-to-write', '2');
  let isTaken = false;
  const written = redis.set('a', '1').then(() => {
    isTaken = true;
  });
  await pause(NOT_TAKEN_FOR_MS);
  expect(isTaken).toBe(false);
  await master.config('SET', 'min-replicas-to-write', '0');
  await written;
  expect(await redis.get('a')).toBe('1');
  redis.disconnect();
  await rm(dir, { recursive: true, force: true });
});

describe('a day behind a sentinel ends at the very rows of an undisturbed one', () => {
  test('the master killed, and with it what it alone had acknowledged', { timeout: 180_000 }, async () => {
    let lost = 0;
    const ended = await playWatched((system, watched) => [
      {
        afterEvents: at(0.3),
        strike: async () => {
          await untilApplied(system);
          await cutOff(watched);
        },
      },
      {
        afterEvents: at(0.6),
        strike: async () => {
          await untilApplied(system);
          lost = await loseMaster(system, watched);
        },
      },
    ]);
    expect(lost).toBeGreaterThan(0);
    expect(ended).toEqual(undisturbed);
  });

  test(
    'the master standing still until another one is in its place, and coming back as its replica',
    { timeout: 180_000 },
    async () => {
      const isNow = (member: Watched['master'], role: string) => async () =>
        (await member.redis.info('replication')).includes(`role:${role}`);
      const ended = await playWatched((system, { master, replica }) => [
        {
          afterEvents: at(0.4),
          strike: async () => {
            await untilApplied(system);
            process.kill(master.server.pid, 'SIGSTOP');
            await untilTrue(isNow(replica, 'master'));
          },
        },
        {
          afterEvents: at(0.7),
          strike: async () => {
            await untilApplied(system);
            process.kill(master.server.pid, 'SIGCONT');
            await untilTrue(isNow(master, 'slave'));
          },
        },
      ]);
      expect(ended).toEqual(undisturbed);
    },
  );
});
