import { whyNoKafkaJars } from '../adapters/process/kafkaJars.ts';

const why = whyNoKafkaJars();

/** Whether a broker can be started here; tests that need one are skipped without, and that is said. */
export const hasKafka: boolean = why === null;

if (why !== null) process.stderr.write(`tests on Kafka are skipped: ${why}\n`);
