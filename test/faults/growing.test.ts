import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { emptyWindow } from '../../adapters/redis/window/emptyWindow.ts';
import { recordOfSimulated } from '../../cli/start/simulatedRecord.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { HEARTBEAT_STALE_MS } from '../../pipeline/join/watermark.ts';
import { simulateDay } from '../../simulator/simulateDay.ts';
import { startTestSystem } from '../system.ts';
import { byKey, closeDate, sendDay, untilDayIsOver, verdictsFound, verdictsPlanted } from './playedDay.ts';

const CONFIG = readFileSync(new URL('../../duizhang.config.yaml', import.meta.url), 'utf8');

function configWith(slots: number, partitions: number): string {
  const document = parseDocument(CONFIG);
  document.set('slots', slots);
  document.setIn(['log', 'partitions'], partitions);
  return document.toString();
}

// The procedure of docs/scaling.md, step by step, while events keep coming.
test('slots and partitions are raised in mid-day, and the day ends as it was planted', async () => {
  await using system = await startTestSystem({ config: configWith(4, 2) });
  const merchants: readonly Merchant[] = [...system.config.merchants.values()].slice(0, 1);
  const day = simulateDay({ seed: 43, merchants, orders: 1_500, date: '2026-03-09', defects: null });
  const half = Math.floor(day.events.length / 2);
  const whileAway = day.events.slice(half, half + 300);
  await system.startPipeline();
  await sendDay(system, { ...day, events: day.events.slice(0, half) });
  const { producer: former } = system;
  await expect(emptyWindow(system.windowRedis, Date.now(), HEARTBEAT_STALE_MS)).rejects.toMatchObject({
    code: 'DZ_WINDOW_IN_USE',
  });

  await system.stopPipeline();
  // Producers know of nothing yet and go on.
  await former.append(whileAway.map(recordOfSimulated));
  await pause(HEARTBEAT_STALE_MS);
  expect(await emptyWindow(system.windowRedis, Date.now(), HEARTBEAT_STALE_MS)).toBeGreaterThan(4);
  await system.reconfigure(configWith(16, 8));
  await system.startPipeline();

  await sendDay(system, { ...day, events: day.events.slice(half + 300) });
  await untilDayIsOver(system, day.truth.date);
  await closeDate(system, day, merchants);
  expect(byKey(await verdictsFound(system, 'REALTIME'))).toEqual(byKey(verdictsPlanted(day, 'realtime')));
  expect(byKey(await verdictsFound(system, 'THREE_WAY'))).toEqual(byKey(verdictsPlanted(day, 'threeWay')));
  const bounds = await system.log.bounds();
  expect(bounds.size).toBe(16);
  for (const [, { end }] of bounds) expect(end).toBeGreaterThan(1);
  const positions = await system.window.positions();
  expect(positions).toHaveLength(16);
  for (const slot of positions) expect(slot.size).toBe(16);
}, 180_000);
