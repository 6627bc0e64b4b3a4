import type { Child } from '../../adapters/process/childProcess.ts';
import type { KafkaLaunch } from '../../adapters/process/kafkaServer.ts';
import { startContainer } from './container.ts';
import { imageOf } from './images.ts';

/** Kafka's own programs in the image, on the folder and settings that a test has written. */
export function launchKafkaContainer(dir: string, asked: KafkaLaunch): Promise<Child> {
  return startContainer({
    image: imageOf('kafka'),
    command: ['sh', '-c', scriptOf(dir, asked)],
    dir,
    logFile: asked.files.log,
  });
}

export function scriptOf(dir: string, { format, files, heapMb }: KafkaLaunch): string {
  const bin = '/opt/kafka/bin';
  const [log4j, server] = [quoted(files.log4j), quoted(files.server)];
  return [
    `export LOG_DIR=${quoted(dir)} KAFKA_HEAP_OPTS=-Xmx${heapMb}m KAFKA_LOG4J_OPTS=-Dlog4j2.configurationFile=${log4j}`,
    ...(format === null ? [] : [`${bin}/kafka-storage.sh ${format.map(quoted).join(' ')}`]),
    `exec ${bin}/kafka-server-start.sh ${server}`,
  ].join(' && ');
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
