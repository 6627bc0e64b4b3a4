import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { DuizhangError } from '../../domain/errors.ts';
import type { Child } from './childProcess.ts';
import { startChild } from './childProcess.ts';
import { freePort } from './freePort.ts';
import { kafkaJars } from './kafkaJars.ts';
import { untilUp } from './untilUp.ts';

export type KafkaProtocol = 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';

export type KafkaServer = {
  /** `127.0.0.1:<port>` */
  readonly broker: string;
  readonly url: string;
  readonly port: number;
  /** Of the further listeners, by their name. */
  readonly also: Readonly<Record<string, string>>;
  readonly pid: number;
  readonly exited: Child['exited'];
  /** SIGTERM: the log is flushed and closed. */
  readonly stop: Child['stop'];
  readonly kill9: Child['kill9'];
};

export type KafkaServerOptions = {
  /** Its log and settings; started again on it, it goes on with what it holds. */
  readonly dir: string;
  readonly port?: number;
  /** Megabytes of Java's heap; default 256. */
  readonly heapMb?: number;
  /** Further listeners beside the plain one, by a name in capitals; how each is secured stands in `settings`. */
  readonly also?: Readonly<Record<string, KafkaProtocol>>;
  /** Further lines of server.properties. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Starts its programs; absent: those of Maven's jars, on this machine's Java. */
  readonly launch?: (asked: KafkaLaunch) => Promise<Child>;
  /** Users made when the folder is new, e.g. `SCRAM-SHA-256=[name=a,password=b]`. */
  readonly scramUsers?: readonly string[];
  readonly logFile?: string;
};

export type KafkaLaunch = {
  /** What the storage tool is asked before the first start; null: the folder is made. */
  readonly format: readonly string[] | null;
  readonly files: { readonly log4j: string; readonly server: string; readonly log: string };
  readonly heapMb: number;
};

const DEFAULT_HEAP_MB = 256;
/** With 11 GB of data a broker that was killed took 20 s. */
const READY_WITHIN_MS = 60_000;

const LOG4J = `status = warn
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %p %m (%c)%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.raft.name = kafka.server.KafkaRaftServer
logger.raft.level = info
`;

/**
 * One Kafka broker of our own on 127.0.0.1, from Maven Central's jars, that dies with this process. Resolves when it
 * answers.
 * @throws DZ_KAFKA_MISSING, DZ_KAFKA_START
 */
export async function startKafka(options: KafkaServerOptions): Promise<KafkaServer> {
  mkdirSync(options.dir, { recursive: true });
  const port = options.port ?? (await freePort());
  const files = {
    log4j: join(options.dir, 'log4j2.properties'),
    server: join(options.dir, 'server.properties'),
    log: options.logFile ?? join(options.dir, 'kafka.log'),
  };
  const controllerPort = await freePort();
  const also: Record<string, string> = {};
  for (const name of Object.keys(options.also ?? {})) also[name] = `127.0.0.1:${await freePort()}`;
  writeFileSync(files.log4j, LOG4J);
  writeFileSync(files.server, propertiesOf(settingsOf(options, port, controllerPort, also)));
  const isNew = !existsSync(join(options.dir, 'data', 'meta.properties'));
  const users = (options.scramUsers ?? []).flatMap((user) => ['--add-scram', user]);
  const format = ['format', '--standalone', '-t', clusterId(), '-c', files.server, ...users];
  const launch = options.launch ?? launchOnJars;
  const heapMb = options.heapMb ?? DEFAULT_HEAP_MB;
  const child = await launch({ format: isNew ? format : null, files, heapMb });
  await untilItAnswers(port, child, files.log);
  const broker = `127.0.0.1:${port}`;
  const { pid, exited, stop, kill9 } = child;
  return { broker, url: `kafka://${broker}`, port, also, pid, exited, stop, kill9 };
}

async function launchOnJars({ format, files, heapMb }: KafkaLaunch): Promise<Child> {
  const libs = await kafkaJars();
  const java = (heap: number, program: string, args: readonly string[]): readonly string[] => [
    `-Xmx${heap}m`,
    `-Dlog4j2.configurationFile=${files.log4j}`,
    '-cp',
    join(libs, '*'),
    program,
    ...args,
  ];
  if (format !== null) {
    const { status, stderr, stdout } = spawnSync('java', java(128, 'kafka.tools.StorageTool', format), {
      encoding: 'utf8',
    });
    if (status !== 0) throw startFailed(`its folder could not be made: ${stdout}${stderr}`.slice(0, 2_000));
  }
  return startChild({
    command: 'java',
    args: java(heapMb, 'kafka.Kafka', [files.server]),
    logFile: files.log,
  });
}

function settingsOf(
  options: KafkaServerOptions,
  port: number,
  controllerPort: number,
  also: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const listeners = Object.entries(also).map(([name, broker]) => `${name}://${broker}`);
  const ofClients = [`BROKER://127.0.0.1:${port}`, ...listeners].join(',');
  const protocols = Object.entries(options.also ?? {}).map(([name, protocol]) => `,${name}:${protocol}`);
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    listeners: `${ofClients},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': ofClients,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'BROKER',
    'listener.security.protocol.map': `BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT${protocols.join('')}`,
    'log.dirs': join(options.dir, 'data'),
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    // Several members that come at once would otherwise wait for more of them.
    'group.initial.rebalance.delay.ms': '0',
    // After kill -9 it accepts again in 5 s instead of 12.
    'broker.heartbeat.interval.ms': '500',
    'broker.session.timeout.ms': '2000',
    ...options.settings,
  };
}

function propertiesOf(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value.replaceAll('\n', '\\\n')}\n`)
    .join('');
}

/** 22 characters; one that begins with a dash would be read as an option. */
function clusterId(): string {
  return `A${randomBytes(16).toString('base64url').slice(1)}`;
}

/** Its port is opened before it is there for clients, which wait for it then. */
async function untilItAnswers(port: number, child: Child, logFile: string): Promise<void> {
  if (!(await untilUp(child, () => accepts(port), READY_WITHIN_MS)))
    throw startFailed(`it did not come up; its log is ${logFile}`);
}

function accepts(port: number): Promise<boolean> {
  const socket = createConnection({ host: '127.0.0.1', port });
  return new Promise((resolve) => {
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function startFailed(why: string): DuizhangError {
  return new DuizhangError('DZ_KAFKA_START', `the Kafka broker could not be started: ${why}`);
}
