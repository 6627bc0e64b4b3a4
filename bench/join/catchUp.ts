import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { clickHouseRealtimeLedger } from '../../adapters/clickhouse/realtimeLedger.ts';
import type { Child } from '../../adapters/process/childProcess.ts';
import { addDays, startOfDate } from '../../domain/businessDate.ts';
import type { TestSystem } from '../../test/system.ts';
import type { Stored, Traffic } from './costs.ts';
import { redisTraffic, storedBytes, trafficSince } from './costs.ts';
import { BENCH_DATE } from './orders.ts';

const TICKS_PER_SECOND = 100;
const POLL_MS = 100;

export type Run = {
  readonly events: number;
  readonly seconds: number;
  /** Seconds by process. */
  readonly cpu: Readonly<Record<string, number>>;
  readonly windowBytes: number;
  readonly openOrders: number;
  readonly peakPipelineMb: number;
  readonly traffic: Traffic;
  readonly stored: Stored;
};

/**
 * Starts pipelines on a log that is loaded, and measures until all of it is in windows and ledger.
 * @param others processes beside the system's own whose time is told, by name
 */
export async function catchUp(
  system: TestSystem,
  events: number,
  {
    pipelines = 1,
    others = {},
  }: { readonly pipelines?: number; readonly others?: Readonly<Record<string, number>> } = {},
): Promise<Run> {
  const servers = { ...system.pids, ...others };
  const before = cpuOf(servers);
  const trafficBefore = await redisTraffic(system);
  const started: Child[] = [];
  for (let n = 1; n < pipelines; n += 1)
    started.push(await system.startBeside('pipeline/main.ts', join(system.dir, `pipeline-${n}.log`)));
  const pipeline = await system.startPipeline();
  const startedAt = performance.now();
  await untilStored(system);
  const seconds = (performance.now() - startedAt) / 1000;
  const beside = Object.fromEntries(started.map(({ pid }, n) => [`pipeline${n + 2}`, pid]));
  const after = cpuOf({ ...servers, pipeline: pipeline.pid, ...beside });
  const cpu = Object.fromEntries(
    Object.entries(after).map(([name, used]) => [name, used - (before[name] ?? 0)]),
  );
  const traffic = await trafficSince(trafficBefore, system, pipeline.pid);
  await system.untilStored(startOfDate(addDays(BENCH_DATE, 1)), 600_000);
  const peakPipelineMb = Math.round(statusKb(pipeline.pid, 'VmHWM') / 1024);
  if (process.env['BENCH_STATS'])
    console.log((await system.windowRedis.info('commandstats')).replaceAll(/,rejected.*/g, ''));
  const { bytes: windowBytes } = await system.window.size();
  const openOrders = await system.window.openOrders();
  const stored = await storedBytes(system);
  for (const child of started) await child.stop();
  return { events, seconds, cpu, windowBytes, openOrders, peakPipelineMb, traffic, stored };
}

/** All events in the windows and in the ledger, all their verdicts stored. Asks for the next only when one is reached. */
async function untilStored(system: TestSystem): Promise<void> {
  const bounds = await system.log.bounds();
  const ledger = clickHouseRealtimeLedger(system.clickhouse);
  const isBehind = (reached: ReadonlyMap<string, number>): boolean =>
    [...bounds].some(([id, { end }]) => (reached.get(id) ?? 0) < end);
  while ((await system.window.positions()).some(isBehind)) await pause(POLL_MS);
  while (isBehind(await ledger.loadPositions('entries'))) await pause(POLL_MS);
  while ((await system.window.size()).outboxEntries > 0) await pause(POLL_MS);
}

function cpuOf(pids: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(pids).map(([name, pid]) => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return [name, (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND];
    }),
  );
}

function statusKb(pid: number, field: string): number {
  return Number(
    new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0,
  );
}

export function cpuText({ cpu, events }: Run): string {
  return Object.entries(cpu)
    .map(([name, seconds]) => `${name} ${((seconds * 1e6) / events).toFixed(1)}`)
    .join(', ');
}

export function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

export function thousands(rate: number): string {
  return `${Math.round(rate / 1000)}k`;
}
