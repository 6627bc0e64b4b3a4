// npm run bench -- join-kafka [--events 4000000] [--pipelines 1] [--runs 1]
// Catching up over loaded topics: a broker on the same processors → pipeline processes → windows → entries and verdicts on
// the ledger's disk. Needs Java.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startKafka } from '../../adapters/process/kafkaServer.ts';
import { startTestSystem } from '../../test/system.ts';
import { catchUp, cpuText, median, thousands } from '../join/catchUp.ts';
import { loadRecords } from '../join/orders.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '4000000' },
    pipelines: { type: 'string', default: '1' },
    runs: { type: 'string', default: '1' },
    'one-sided-per-mille': { type: 'string', default: '30' },
  },
});
const load = {
  orders: Math.round(Number(values.events) / 2),
  seed: 7,
  oneSidedPerMille: Number(values['one-sided-per-mille']),
};
const pipelines = Number(values.pipelines);
const HEAP_MB = 1024;
// What others are told of is another cost, of which there is none in the log of Redis.
const text = (await readFile(new URL('../../duizhang.config.yaml', import.meta.url), 'utf8')).replace(
  /^(\s+)create: .*$/m,
  '$1create: { replication: 1 }\n$1outputs: false',
);

const rates: number[] = [];
for (let run = 1; run <= Number(values.runs); run += 1) {
  const dir = await mkdtemp(join(tmpdir(), 'dz-bench-kafka-'));
  const kafka = await startKafka({ dir, heapMb: HEAP_MB });
  try {
    await using system = await startTestSystem({ config: text, logUrl: kafka.url });
    await system.log.bounds();
    const merchants = [...system.config.merchants.keys()];
    const loadedAt = performance.now();
    let events = 0;
    for (const records of loadRecords({ ...load, merchants })) {
      await system.producer.append(records);
      events += records.length;
    }
    const produced = events / ((performance.now() - loadedAt) / 1000);
    const result = await catchUp(system, events, { pipelines, others: { kafka: kafka.pid } });
    rates.push(events / result.seconds);
    console.log(
      `run ${run}: ${thousands(events / result.seconds)} events/s with ${pipelines} pipeline(s) (${events} events, ` +
        `${result.seconds.toFixed(1)} s); appended at ${thousands(produced)}`,
    );
    console.log(`  CPU µs an event: ${cpuText(result)}; pipeline peak ${result.peakPipelineMb} MB`);
    await system.stopPipeline();
  } finally {
    await kafka.stop();
    await rm(dir, { recursive: true, force: true });
  }
}
console.log(`median: ${thousands(median(rates))} events/s`);
