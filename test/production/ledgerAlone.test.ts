import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { freePort } from '../../adapters/process/freePort.ts';
import type { KafkaServer } from '../../adapters/process/kafkaServer.ts';
import { simulateDay } from '../../simulator/simulateDay.ts';
import { byKey, sendDay, untilDayIsOver, verdictsFound, verdictsPlanted } from '../faults/playedDay.ts';
import { hasKafka, startKafka } from '../services/index.ts';
import { wayTo } from '../services/wayTo.ts';
import { startTestSystem } from '../system.ts';
import { configOn, expectAlertsOfAllThatDiffers, joined } from './kafkaSystem.ts';

const CONFIG = new URL('../../duizhang.config.yaml', import.meta.url).pathname;
const merchants = [...loadConfig(CONFIG).merchants.values()].slice(0, 2);

describe.runIf(hasKafka)('a ledger that one of two pipelines does not reach', () => {
  let dir: string;
  let kafka: KafkaServer;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dz-alone-'));
    kafka = await startKafka({ dir });
  }, 90_000);
  afterAll(async () => {
    await kafka.stop();
    await rm(dir, { recursive: true, force: true });
  });

  test(
    'its duties, partitions and slots become the other one’s, and it joins again when it reaches the ledger',
    { timeout: 180_000 },
    async () => {
      const day = simulateDay({ seed: 46, merchants, orders: 1_000, date: '2026-03-09', defects: null });
      const text = configOn(await readFile(CONFIG, 'utf8'), 'alone');
      await using system = await startTestSystem({ config: text, logUrl: kafka.url });
      await using way = await wayTo(system.run.clickhouseUrl);
      // The first one has the duties.
      const first = await system.startPipeline({ DUIZHANG_CLICKHOUSE_URL: way.url });
      const port = await freePort();
      const logFile = join(system.dir, 'second.log');
      const saidBySecond = () => readFile(logFile, 'utf8');
      const second = await system.startBeside('pipeline/main.ts', logFile, {
        DUIZHANG_PIPELINE_PORT: String(port),
      });
      await expect.poll(saidBySecond, { timeout: 30_000 }).toContain('"msg":"ready"');
      await sendDay(system, day, {
        faults: [{ afterEvents: day.events.length / 2, strike: () => Promise.resolve(way.block()) }],
      });
      expect(await Promise.race([first.exited, pause(40_000, 'alive')])).toBe(1);
      expect(await system.pipelineLog()).toContain('DZ_SYSTEM_LEDGER_UNREACHED');
      await expect.poll(saidBySecond, { timeout: 15_000 }).toContain('are kept here from now on');
      await untilDayIsOver(system, day.truth.date);
      expect(byKey(await verdictsFound(system, 'REALTIME'))).toEqual(byKey(verdictsPlanted(day, 'realtime')));
      await expectAlertsOfAllThatDiffers(system);
      expect(await joined(port)).toBeGreaterThan(0);

      const againLog = join(system.dir, 'again.log');
      const againPort = await freePort();
      const again = await system.startBeside('pipeline/main.ts', againLog, {
        DUIZHANG_CLICKHOUSE_URL: way.url,
        DUIZHANG_PIPELINE_PORT: String(againPort),
      });
      await expect.poll(() => readFile(againLog, 'utf8'), { timeout: 30_000 }).toContain('does not answer');
      // The one that could do the duties ends; one that cannot does not take them.
      await second.stop();
      await pause(2_000);
      expect(await system.windowRedis.exists('dz:duties:{duties}:lease')).toBe(0);
      way.open();
      await expect.poll(() => readFile(againLog, 'utf8'), { timeout: 30_000 }).toContain('"msg":"ready"');
      expect(await system.windowRedis.exists('dz:duties:{duties}:lease')).toBe(1);
      await again.stop();
    },
  );
});
