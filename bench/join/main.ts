// npm run bench -- join [--events 2000000] [--runs 3]
// Catching up over a loaded log through the whole embedded path: Redis Streams → pipeline process → windows → entries and
// verdicts on the ledger's disk. In the same run, the window's scripts alone, fed with the same events.
import { parseArgs } from 'node:util';
import { startTestSystem } from '../../test/system.ts';
import { catchUp, cpuText, median, thousands } from './catchUp.ts';
import { loadRecords } from './orders.ts';
import { scriptsAlone } from './scriptsAlone.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '2000000' },
    runs: { type: 'string', default: '3' },
    'one-sided-per-mille': { type: 'string', default: '30' },
  },
});
const orders = Math.round(Number(values.events) / 2);
const load = { orders, seed: 7, oneSidedPerMille: Number(values['one-sided-per-mille']) };

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
  console.log(
    `  CPU µs an event: ${cpuText(result)}; pipeline peak ${result.peakPipelineMb} MB; ` +
      `window ${(result.windowBytes / 1e6).toFixed(1)} MB with ${result.openOrders} open orders`,
  );
  console.log(
    `  bytes an order over the network: ${perOrder(result.traffic)}; kept: ${perOrder(result.stored)}`,
  );
}
console.log(
  `median: ${thousands(median(rates))} events/s end to end, scripts alone ${thousands(median(ceilings))} (ratio ${(median(rates) / median(ceilings)).toFixed(2)})`,
);

function perOrder(bytes: Readonly<Record<string, number>>): string {
  return Object.entries(bytes)
    .map(([name, count]) => `${name} ${Math.round(count / orders)}`)
    .join(', ');
}
