// npm run kafka [-- FOLDER]: a Kafka broker on this machine for whoever tries the system on one. Prints its address; ends
// on Ctrl-C. What it holds is kept in FOLDER, else thrown away.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startKafka } from '../adapters/process/kafkaServer.ts';
import { listenForInterrupt, untilAborted } from '../cli/start/interrupt.ts';

const [folder] = process.argv.slice(2);
const dir = folder === undefined ? mkdtempSync(join(tmpdir(), 'duizhang-kafka-')) : resolve(folder);
const { signal } = listenForInterrupt(Date.now);
const kafka = await startKafka({ dir });
process.stdout.write(`DUIZHANG_LOG_URL=${kafka.url}\n`);
// Neither the broker nor a listener for signals keeps a process alive.
setInterval(() => undefined, 60_000);
const ended = await Promise.race([untilAborted(signal).then(() => null), kafka.exited]);
if (ended === null) await kafka.stop();
else process.stderr.write(`the broker ended by itself; see ${join(dir, 'kafka.log')}\n`);
if (folder === undefined && ended === null) rmSync(dir, { recursive: true, force: true });
process.exit(ended === null ? 0 : 1);
