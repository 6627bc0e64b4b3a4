import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { simulateDay } from '../../simulator/simulateDay.ts';
import { byKey, sendDay, untilDayIsOver, verdictsFound, verdictsPlanted } from '../faults/playedDay.ts';
import { brokerOfBlock } from '../services/broker.ts';
import { hasKafka } from '../services/index.ts';
import { wayTo } from '../services/wayTo.ts';
import { startTestSystem } from '../system.ts';
import { configOn, expectAlertsOfAllThatDiffers, joined, pipelineBeside, untilReady } from './kafkaSystem.ts';

const CONFIG = new URL('../../duizhang.config.yaml', import.meta.url).pathname;
const merchants = [...loadConfig(CONFIG).merchants.values()].slice(0, 2);

describe.runIf(hasKafka)('a ledger that one of two pipelines does not reach', () => {
  const kafka = brokerOfBlock();

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
      const second = await pipelineBeside(system, 'second');
      await untilReady(second);
      await sendDay(system, day, {
        faults: [{ afterEvents: day.events.length / 2, strike: () => Promise.resolve(way.block()) }],
      });
      expect(await Promise.race([first.exited, pause(40_000, 'alive')])).toBe(1);
      expect(await system.pipelineLog()).toContain('DZ_SYSTEM_LEDGER_UNREACHED');
      await expect.poll(second.said, { timeout: 15_000 }).toContain('are kept here from now on');
      await untilDayIsOver(system, day.truth.date);
      expect(byKey(await verdictsFound(system, 'REALTIME'))).toEqual(byKey(verdictsPlanted(day, 'realtime')));
      await expectAlertsOfAllThatDiffers(system);
      expect(await joined(second.port)).toBeGreaterThan(0);

      const again = await pipelineBeside(system, 'again', { DUIZHANG_CLICKHOUSE_URL: way.url });
      await expect.poll(again.said, { timeout: 30_000 }).toContain('does not answer');
      // The one that could do the duties ends; one that cannot does not take them.
      await second.child.stop();
      await pause(2_000);
      expect(await system.windowRedis.exists('dz:duties:{duties}:lease')).toBe(0);
      way.open();
      await untilReady(again);
      expect(await system.windowRedis.exists('dz:duties:{duties}:lease')).toBe(1);
      await again.child.stop();
    },
  );
});
