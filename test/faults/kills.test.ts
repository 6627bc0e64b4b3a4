import { beforeAll, describe, expect, test } from 'vitest';
import type { Merchant } from '../../domain/merchant.ts';
import type { SimulatedDay } from '../../simulator/day.ts';
import { simulateDay } from '../../simulator/simulateDay.ts';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import type { TestSystem } from '../system.ts';
import { startTestSystem } from '../system.ts';
import type { Fault, PlayedDay } from './playedDay.ts';
import { playDay, untilDayIsOver } from './playedDay.ts';

const config = loadConfig(new URL('../../duizhang.config.yaml', import.meta.url).pathname);
const merchants: readonly Merchant[] = [...config.merchants.values()].slice(0, 1);

let day: SimulatedDay;
let undisturbed: PlayedDay;

beforeAll(async () => {
  day = simulateDay({ seed: 41, merchants, orders: 1_500, date: '2026-03-09', defects: null });
  undisturbed = await play(() => []);
}, 120_000);

/** On a system of its own. */
async function play(faultsOn: (system: TestSystem) => readonly Fault[]): Promise<PlayedDay> {
  await using system = await startTestSystem();
  await system.startPipeline();
  return await playDay(system, day, merchants, faultsOn(system));
}

/** `count` moments of the day, at random but the same every time. */
function moments(count: number, strike: () => Promise<void>): readonly Fault[] {
  const total = day.events.length;
  return Array.from({ length: count }, (_, i) => ({
    afterEvents: Math.floor((total * (i + 0.15 + ((i * 7919) % 10) / 14)) / count),
    strike,
  }));
}

describe('a day with faults ends at the very rows of an undisturbed one', () => {
  test('the pipeline killed with -9 ten times', { timeout: 180_000 }, async () => {
    const ended = await play((system) =>
      moments(10, async () => {
        await system.killPipeline();
        await system.startPipeline();
      }),
    );
    expect(ended).toEqual(undisturbed);
  });

  test.each(['log', 'window'] as const)(
    'the redis-server of the %s killed and restarted',
    { timeout: 180_000 },
    async (name) => {
      const ended = await play((system) => moments(4, () => system.restartRedis(name)));
      expect(ended).toEqual(undisturbed);
    },
  );

  test('the ClickHouse process killed and restarted', { timeout: 180_000 }, async () => {
    const ended = await play((system) => moments(4, () => system.restartEngine()));
    expect(ended).toEqual(undisturbed);
  });

  test(
    'the window emptied in mid-day, while running and while the pipeline was dead',
    { timeout: 180_000 },
    async () => {
      const ended = await play((system) => [
        ...moments(2, () => system.restartRedis('window', { emptied: true })),
        ...moments(1, async () => {
          await system.killPipeline();
          await system.restartRedis('window', { emptied: true });
          await system.startPipeline();
        }),
      ]);
      expect(ended).toEqual(undisturbed);
    },
  );

  test(
    'the window emptied when the day is over, and no event comes that would find it out',
    { timeout: 180_000 },
    async () => {
      const ended = await play((system) => [
        {
          afterEvents: day.events.length,
          strike: async () => {
            await untilDayIsOver(system, day.truth.date);
            await system.restartRedis('window', { emptied: true });
          },
        },
      ]);
      expect(ended).toEqual(undisturbed);
    },
  );
});
