import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuizhangError } from '../../domain/errors.ts';

/** Jars of Maven Central, with all that they need to run. */
export type Jars = {
  /** In words, for errors: `Kafka 4.3.1`. */
  readonly what: string;
  /** Below node_modules/.cache, e.g. `kafka/4.3.1`. */
  readonly folder: string;
  /** `group:artifact:version` */
  readonly artifacts: readonly string[];
};

const CACHE = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));

/** Why they cannot be run here; null: they can. */
export function whyNoJars({ what, folder }: Jars): string | null {
  if (!runs('java', '-version')) {
    return 'Java is missing: install a JRE of version 17 or newer, so that `java` is found';
  }
  if (existsSync(join(CACHE, folder)) || runs('mvn', '--version')) return null;
  return `Maven is missing: install it, so that \`mvn\` is found; it fetches ${what} once`;
}

/**
 * The folder of the jars; fetched once with Maven from where its settings say, and kept in node_modules/.cache.
 * @throws DZ_KAFKA_MISSING when Java or Maven is not there, or Maven cannot fetch them
 */
export async function mavenJars(jars: Jars): Promise<string> {
  const why = whyNoJars(jars);
  if (why !== null) throw missing(why);
  const libs = join(CACHE, jars.folder);
  if (existsSync(libs)) return libs;
  mkdirSync(dirname(libs), { recursive: true });
  const own = mkdtempSync(join(dirname(libs), 'fetching-'));
  try {
    writeFileSync(join(own, 'pom.xml'), pomOf(jars));
    const args = [
      '-q',
      '-B',
      'dependency:copy-dependencies',
      '-DoutputDirectory=libs',
      '-DincludeScope=runtime',
    ];
    const { code, said } = await output('mvn', args, own);
    if (code !== 0) throw missing(`Maven could not fetch ${jars.what}:\n${said.slice(-2_000)}`);
    takePlace(join(own, 'libs'), libs);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
  return libs;
}

function pomOf({ artifacts }: Jars): string {
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version] = artifact.split(':');
    return `    <dependency>
      <groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version>
    </dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>duizhang</groupId><artifactId>jars</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
${dependencies.join('\n')}
  </dependencies>
</project>
`;
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
