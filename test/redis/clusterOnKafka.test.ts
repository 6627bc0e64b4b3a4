import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { simulateDay } from '../../simulator/simulateDay.ts';
import { playDay } from '../faults/playedDay.ts';
import { configOn, pipelineBeside, untilReady } from '../production/kafkaSystem.ts';
import { startTestSystem } from '../system.ts';
import { loseMaster, untilApplied } from './lostWrites.ts';
import { cutOff, startRedisCluster } from './redisCluster.ts';
import { brokerOfBlock } from '../services/broker.ts';
import { hasKafka } from '../services/index.ts';

const CONFIG = new URL('../../duizhang.config.yaml', import.meta.url).pathname;
const merchants = [...loadConfig(CONFIG).merchants.values()].slice(0, 1);

describe.runIf(hasKafka)('the log in Kafka, the window on a cluster, and two pipelines', () => {
  let dir: string;
  const kafka = brokerOfBlock();

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dz-cluster-kafka-'));
  }, 90_000);
  afterAll(async () => {
    await rm(dir, { recursive: true, force: true });
  });

  test(
    'end a day as it was planted, though a master died with what it alone had acknowledged',
    { timeout: 180_000 },
    async () => {
      const day = simulateDay({ seed: 47, merchants, orders: 1_000, date: '2026-03-09', defects: null });
      const config = configOn(await readFile(CONFIG, 'utf8'), 'clustered');
      await using cluster = await startRedisCluster(join(dir, 'redis'));
      await using system = await startTestSystem({ config, logUrl: kafka.url, windowUrl: cluster.url });
      await system.startPipeline();
      const second = await pipelineBeside(system, 'second');
      await untilReady(second);
      const at = (share: number): number => Math.floor(day.events.length * share);
      let lost = 0;
      await playDay(system, day, merchants, [
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
      await second.child.stop();
      expect(await second.said()).toContain('drained');
    },
  );
});
