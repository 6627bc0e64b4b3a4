import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BENCH_DATE, loadRecords } from '../../bench/join/orders.ts';
import { addDays, startOfDate } from '../../domain/businessDate.ts';
import type { Child } from '../../adapters/process/childProcess.ts';
import type { TestSystem } from '../system.ts';
import { startTestSystem } from '../system.ts';

/** A million with DZ_EVENTS=1000000. */
const EVENTS = Number(process.env['DZ_EVENTS'] ?? 200_000);
const TIMEOUT_MS = 60_000 + EVENTS;

let system: TestSystem;
let pipeline: Child;

beforeAll(async () => {
  system = await startTestSystem();
  pipeline = await system.startPipeline();
});

afterAll(async () => {
  await system[Symbol.asyncDispose]();
});

async function send(seed: number, orders: number, oneSidedPerMille: number): Promise<void> {
  const merchants = [...system.config.merchants.keys()];
  for (const records of loadRecords({ orders, seed, oneSidedPerMille, merchants })) {
    await system.producer.append(records);
  }
  await system.untilStored(startOfDate(addDays(BENCH_DATE, 1)), TIMEOUT_MS);
}

/** Without what connections have in hand at the moment. */
async function windowBytes(): Promise<number> {
  const info = await system.windowRedis.info('memory');
  const bytes = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
  return bytes('used_memory') - bytes('mem_clients_normal');
}

function pipelineMb(): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pipeline.pid}/status`, 'utf8'))?.[1]) / 1024;
}

test('memory follows what is open, not what has passed', { timeout: 3 * TIMEOUT_MS }, async () => {
  const empty = await windowBytes();
  await send(1, EVENTS / 4, 0);
  const [mbBefore, half] = [pipelineMb(), await windowBytes()];
  await send(2, EVENTS / 4, 0);
  const [mbAfter, whole] = [pipelineMb(), await windowBytes()];
  expect(await system.window.openOrders()).toBe(0);
  const perMatched = (whole - empty) / (EVENTS / 2);
  expect(perMatched).toBeLessThan(40);
  expect(whole - half).toBeLessThan(40 * (EVENTS / 4));
  // What it takes for work is taken at once; after that, twice the events need no more.
  expect(mbAfter).toBeLessThan(1.25 * mbBefore + 50);

  const open = EVENTS / 20;
  await send(3, open, 1000);
  expect(await system.window.openOrders()).toBe(open);
  const perOpen = ((await windowBytes()) - whole) / open;
  expect(perOpen).toBeLessThan(250);
  // oxlint-disable-next-line no-console -- figures for whoever reads the run
  console.info(
    `${perMatched.toFixed(1)} bytes a matched order, ${perOpen.toFixed(0)} an open one; pipeline ${Math.round(mbBefore)} MB, then ${Math.round(mbAfter)} MB`,
  );
});
