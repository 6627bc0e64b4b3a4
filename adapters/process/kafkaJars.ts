import type { Jars } from './mavenJars.ts';
import { mavenJars, whyNoJars } from './mavenJars.ts';

/** The broker that tests and `npm run kafka` run. */
export const KAFKA_VERSION = '4.3.1';

const KAFKA: Jars = {
  what: `Kafka ${KAFKA_VERSION} (44 MB)`,
  folder: `kafka/${KAFKA_VERSION}`,
  artifacts: [
    `org.apache.kafka:kafka_2.13:${KAFKA_VERSION}`,
    'org.apache.logging.log4j:log4j-slf4j-impl:2.25.5',
  ],
};

/** Why a broker cannot be started from jars here; null: it can. */
export function whyNoKafkaJars(): string | null {
  return whyNoJars(KAFKA);
}

/** The folder of the broker's jars. @throws DZ_KAFKA_MISSING */
export function kafkaJars(): Promise<string> {
  return mavenJars(KAFKA);
}
