import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuizhangError } from '../../domain/errors.ts';

/** The broker that tests and `npm run kafka` run. */
export const KAFKA_VERSION = '4.3.1';

const LOG4J_VERSION = '2.25.5';
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/kafka', import.meta.url));
const LIBS = join(CACHE, KAFKA_VERSION);

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>duizhang</groupId><artifactId>broker</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>${LOG4J_VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

/** Why a broker cannot be started from jars here; null: it can. */
export function whyNoKafkaJars(): string | null {
  if (!runs('java', '-version')) {
    return 'Java is missing: install a JRE of version 17 or newer, so that `java` is found';
  }
  if (existsSync(LIBS) || runs('mvn', '--version')) return null;
  return `Maven is missing: install it, so that \`mvn\` is found; it fetches Kafka ${KAFKA_VERSION} once (44 MB)`;
}

/**
 * The folder of the broker's jars; fetched once with Maven from where its settings say, and kept in node_modules/.cache.
 * @throws DZ_KAFKA_MISSING when Java or Maven is not there, or Maven cannot fetch them
 */
export async function kafkaJars(): Promise<string> {
  const why = whyNoKafkaJars();
  if (why !== null) throw missing(why);
  if (existsSync(LIBS)) return LIBS;
  mkdirSync(CACHE, { recursive: true });
  const own = mkdtempSync(join(CACHE, 'fetching-'));
  try {
    writeFileSync(join(own, 'pom.xml'), POM);
    const args = [
      '-q',
      '-B',
      'dependency:copy-dependencies',
      '-DoutputDirectory=libs',
      '-DincludeScope=runtime',
    ];
    const { code, said } = await output('mvn', args, own);
    if (code !== 0) throw missing(`Maven could not fetch Kafka ${KAFKA_VERSION}:\n${said.slice(-2_000)}`);
    takePlace(join(own, 'libs'), LIBS);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
  return LIBS;
}

/** Whoever fetched at the same time may have been first. */
function takePlace(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}

function runs(command: string, argument: string): boolean {
  return spawnSync(command, [argument], { stdio: 'ignore' }).status === 0;
}

function output(
  command: string,
  args: readonly string[],
  cwd: string,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said }));
  });
}

function missing(why: string): DuizhangError {
  return new DuizhangError('DZ_KAFKA_MISSING', why);
}
