// npm run bench -- join [--events 2000000] [--runs 3]
// Catching up over a loaded log through the whole embedded path: Redis Streams → pipeline process → windows → entries and
// verdicts on the ledger's disk. In the same run, the window's scripts alone, fed with the same events.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { clickHouseRealtimeLedger } from '../../adapters/clickhouse/realtimeLedger.ts';
import { addDays, startOfDate } from '../../domain/businessDate.ts';
import { startTestSystem } from '../../test/system.ts';
import type { TestSystem } from '../../test/system.ts';
import type { Stored, Traffic } from './costs.ts';
import { redisTraffic, storedBytes, trafficSince } from './costs.ts';
import { BENCH_DATE, loadRecords } from './orders.ts';
import { scriptsAlone } from './scriptsAlone.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '2000000' },
    runs: { type: 'string', default: '3' },
    'one-sided-per-mille': { type: 'string', default: '30' },
  },
});
const TICKS_PER_SECOND = 100;
const POLL_MS = 100;
const orders = Math.round(Number(values.events) / 2);
const load = { orders, seed: 7, oneSidedPerMille: Number(values['one-sided-per-mille']) };

type Run = {
  readonly events: number;
  readonly seconds: number;
  readonly cpu: Readonly<Record<string, number>>;
  readonly windowBytes: number;
  readonly openOrders: number;
  readonly peakPipelineMb: number;
  readonly traffic: Traffic;
  readonly stored: Stored;
};

const rates: number[] = [];
const ceilings: number[] = [];
for (let run = 1; run <= Number(values.runs); run += 1) {
  await using system = await startTestSystem();
  const merchants = [...system.config.merchants.keys()];
  const loadedAt = performance.now();
  let events = 0;
  for (const records of loadRecords({ ...load, merchants })) {
    await system.producer.append(records);
    events += records.length;
  }
  const produced = events / ((performance.now() - loadedAt) / 1000);
  const result = await catchUp(system, events);
  await system.stopPipeline();
  const ceiling = await scriptsAlone(loadRecords({ ...load, merchants }), system.config);
  rates.push(result.events / result.seconds);
  ceilings.push(ceiling.eventsPerSecond);
  console.log(
    `run ${run}: ${thousands(result.events / result.seconds)} events/s end to end (${events} events, ${result.seconds.toFixed(1)} s); ` +
      `scripts alone ${thousands(ceiling.eventsPerSecond)}, ${ceiling.scriptMicros.toFixed(2)} µs of Redis an event; appended at ${thousands(produced)}`,
  );
  const perEvent = Object.entries(result.cpu).map(
    ([name, seconds]) => `${name} ${((seconds * 1e6) / events).toFixed(1)}`,
  );
  console.log(
    `  CPU µs an event: ${perEvent.join(', ')}; pipeline peak ${result.peakPipelineMb} MB; ` +
      `window ${(result.windowBytes / 1e6).toFixed(1)} MB with ${result.openOrders} open orders`,
  );
  console.log(
    `  bytes an order over the network: ${perOrder(result.traffic)}; kept: ${perOrder(result.stored)}`,
  );
}
console.log(
  `median: ${thousands(median(rates))} events/s end to end, scripts alone ${thousands(median(ceilings))} (ratio ${(median(rates) / median(ceilings)).toFixed(2)})`,
);

async function catchUp(system: TestSystem, events: number): Promise<Run> {
  const before = cpuOf(system.pids);
  const trafficBefore = await redisTraffic(system);
  const pipeline = await system.startPipeline();
  const startedAt = performance.now();
  await untilStored(system);
  const seconds = (performance.now() - startedAt) / 1000;
  const after = cpuOf({ ...system.pids, pipeline: pipeline.pid });
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

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function perOrder(bytes: Readonly<Record<string, number>>): string {
  return Object.entries(bytes)
    .map(([name, count]) => `${name} ${Math.round(count / orders)}`)
    .join(', ');
}

function thousands(rate: number): string {
  return `${Math.round(rate / 1000)}k`;
}
