import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSessionKey } from '../../adapters/access/sessionKey.ts';
import { makeEventDecoder } from '../../adapters/events/eventCodec.ts';
import { SCHEMA_DIR } from '../../adapters/events/schemas.ts';
import { kafkaOutputs } from '../../adapters/kafka/kafkaOutputs.ts';
import { KafkaEventLog } from '../../adapters/kafka/kafkaEventLog.ts';
import type { Child } from '../../adapters/process/childProcess.ts';
import { freePort } from '../../adapters/process/freePort.ts';
import { kafkaJars, whyNoKafkaJars } from '../../adapters/process/kafkaJars.ts';
import { mavenJars } from '../../adapters/process/mavenJars.ts';
import { untilUp } from '../../adapters/process/untilUp.ts';
import type { Config } from '../../adapters/config/loadConfig.ts';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import type { DecodedEvent, EventLog } from '../../domain/ports.ts';
import { TOPICS } from '../../domain/ports.ts';
import { aVerdict } from '../integration/ledgerHarness.ts';
import { kafkaSettings, NEEDS } from '../log/logUnderTest.ts';
import type { TestSystem } from '../system.ts';
import { startTestSystem } from '../system.ts';
import { brokerOfBlock } from '../services/broker.ts';

// The examples of docs/events.md, as they stand there.

const EXAMPLES = new URL('../../docs/examples/', import.meta.url).pathname;
const CONFIG = new URL('../../duizhang.config.yaml', import.meta.url).pathname;
const AVRO = { what: 'Avro 1.12.1', folder: 'avro/1.12.1', artifacts: ['org.apache.avro:avro:1.12.1'] };

/** Whether a program can be run here; without it its examples are skipped, and that is said. */
function has(program: string, ...args: readonly string[]): boolean {
  const is = spawnSync(program, args, { stdio: 'ignore' }).status === 0;
  if (!is) process.stderr.write(`examples are not tried: ${program} is missing\n`);
  return is;
}

const hasPython = has('python3', '--version');
const hasCurl = has('curl', '--version') && has('openssl', 'version');
const hasJava = has('javac', '-version') && whyNoKafkaJars() === null;

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** What the log holds of the topics, as the pipeline reads it. */
async function readAll(
  log: EventLog,
  { merchants }: Pick<Config, 'merchants'>,
): Promise<readonly DecodedEvent[]> {
  const decode = makeEventDecoder({ merchants });
  const bounds = await log.bounds();
  const reached = new Map<string, number>();
  const events: DecodedEvent[] = [];
  const consumer = log.consume({
    startAt: (partition) => Promise.resolve(bounds.get(partition)?.start ?? 0),
    maxRecords: 100,
    onBatch: ({ partition, records, end }) => {
      const topic = TOPICS.find((each) => partition.startsWith(`${each}/`)) ?? 'payments';
      events.push(...records.map(({ value }) => decode(topic, value)));
      reached.set(partition, end);
      return Promise.resolve({ kind: 'done' });
    },
  });
  await expect
    .poll(() => [...bounds].every(([partition, { end }]) => (reached.get(partition) ?? 0) >= end), {
      timeout: 30_000,
    })
    .toBe(true);
  await consumer.stop();
  return events;
}

const textOf = (event: unknown): string =>
  JSON.stringify(event, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));

const OF_FILE = [
  {
    ok: true,
    entry: {
      book: 'PLATFORM',
      merchantId: 'H001',
      kind: 'PAYMENT',
      orderNo: 'YT20260309000001',
      refundNo: null,
      channel: 'WECHAT',
      channelTxnNo: '4200002026030900000000000001',
      hisOrderNo: null,
      amountFen: 2500n,
      occurredAtMs: Date.UTC(2026, 2, 9, 2),
      businessDate: '2026-03-09',
      businessType: 'REGISTRATION',
      source: 'EVENT',
      sourceRef: 'pay-20260309-000001',
    },
  },
  {
    ok: true,
    entry: {
      book: 'MERCHANT',
      merchantId: 'H001',
      kind: 'PAYMENT',
      orderNo: 'YT20260309000001',
      refundNo: null,
      channel: null,
      channelTxnNo: null,
      hisOrderNo: 'R0000001',
      amountFen: 2500n,
      occurredAtMs: Date.UTC(2026, 2, 9, 2, 0, 2),
      businessDate: '2026-03-09',
      businessType: '挂号',
      source: 'EVENT',
      sourceRef: 'his-20260309-000001',
    },
  },
];

const OVER_HTTP = [
  { name: 'curl and openssl', isThere: hasCurl, command: 'sh', file: 'send-events.sh' },
  { name: 'Python', isThere: hasPython, command: 'python3', file: 'send_events.py' },
];

describe.runIf(hasPython || hasCurl)('an example that sends over HTTP', () => {
  let system: TestSystem;
  let api: Child;
  let url: string;
  let dir: string;
  const key = randomBytes(32).toString('base64');

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dz-examples-'));
    const machines = `machines:
  - { id: his-h001, merchants: [H001], mayProduce: [payments, his-orders], keys: [{ keyEnv: EXAMPLE_KEY }] }
`;
    system = await startTestSystem({ config: `${await readFile(CONFIG, 'utf8')}\n${machines}` });
    makeSessionKey({}, system.dir);
    const port = await freePort();
    api = await system.startBeside('api/main.ts', join(system.dir, 'api.log'), {
      DUIZHANG_PORT: String(port),
      EXAMPLE_KEY: key,
    });
    url = `http://127.0.0.1:${port}`;
    const isReady = (): Promise<boolean> =>
      fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    expect(await untilUp(api, isReady, 30_000)).toBe(true);
  }, 90_000);
  afterAll(async () => {
    await api.stop();
    await system[Symbol.asyncDispose]();
    await rm(dir, { recursive: true, force: true });
  });

  const send = (command: string, file: string, events: string, withKey = key): Promise<Ended> =>
    run(command, [join(EXAMPLES, file), events], {
      DUIZHANG_URL: url,
      DUIZHANG_KEY_ID: 'his-h001',
      DUIZHANG_KEY: withKey,
    });

  describe.each(OVER_HTTP)('with $name', ({ isThere, command, file }) => {
    test.runIf(isThere)('writes every event of its file into the log, to the fen', async () => {
      const before = (await readAll(system.log, system.config)).length;
      const sent = await send(command, file, join(EXAMPLES, 'events.json'));
      expect(sent).toMatchObject({ code: 0, stderr: '' });
      const events = await readAll(system.log, system.config);
      expect(events).toHaveLength(before + OF_FILE.length);
      // The same events from every example: another one among them would show.
      expect(new Set(events.map(textOf))).toEqual(new Set(OF_FILE.map(textOf)));
    });

    test.runIf(isThere)(
      'says by how it ends that an event was rejected, or that its key is wrong',
      async () => {
        const wrong = join(dir, 'wrong.json');
        const [event] = JSON.parse(await readFile(join(EXAMPLES, 'events.json'), 'utf8')) as object[];
        await writeFile(wrong, JSON.stringify([{ ...event, amountFen: '0' }]));
        const rejected = await send(command, file, wrong);
        expect(rejected.code).toBe(1);
        expect(rejected.stdout + rejected.stderr).toContain('DZ_EVENT_INVALID');
        const refused = await send(command, file, wrong, randomBytes(32).toString('base64'));
        expect(refused).toMatchObject({
          code: 2,
          stderr: expect.stringContaining('without a right signature'),
        });
      },
    );
  });
});

describe.runIf(hasJava)('an example in Java', () => {
  const kafka = brokerOfBlock();
  let classPath: string;

  beforeAll(async () => {
    classPath = [await mavenJars(AVRO), await kafkaJars()].map((libs) => join(libs, '*')).join(':');
  }, 120_000);

  const java = (file: string, ...args: readonly string[]): Promise<Ended> =>
    run('java', ['-cp', classPath, join(EXAMPLES, file), ...args]);

  test('writes an event that is read as it was meant', async () => {
    const settings = kafkaSettings(kafka.broker, { payments: 3, 'his-orders': 1 });
    const log = new KafkaEventLog(settings, { needs: NEEDS, onWarning: () => undefined });
    await log.partitions();
    const schema = join(SCHEMA_DIR, 'payment-event.v1.avsc');
    const sent = await java('SendEvents.java', kafka.broker, settings.topicNames.payments, schema);
    expect(sent.stdout).toMatch(/^\S+\.payments\/\d 0\n$/);
    expect(sent.code).toBe(0);
    expect(await readAll(log, loadConfig(CONFIG))).toEqual([
      {
        ok: true,
        entry: {
          book: 'PLATFORM',
          merchantId: 'H001',
          kind: 'PAYMENT',
          orderNo: 'YT20260309000002',
          refundNo: null,
          channel: 'WECHAT',
          channelTxnNo: '4200002026030900000000000002',
          hisOrderNo: null,
          amountFen: 2500n,
          occurredAtMs: Date.UTC(2026, 2, 9, 2),
          businessDate: '2026-03-09',
          businessType: '挂号',
          source: 'EVENT',
          sourceRef: 'pay-20260309-000002',
        },
      },
    ]);
    await log.close();
  }, 120_000);

  test('reads each verdict once, the newest of a key last, whatever comes again', async () => {
    const settings = kafkaSettings(kafka.broker, { payments: 2, 'his-orders': 1 });
    const names = { verdicts: `${settings.group}.verdicts`, alerts: `${settings.group}.alerts` };
    const outputs = kafkaOutputs({ settings, names, onWarning: () => undefined });
    await outputs.prepare();
    const batch = outputs.newVerdictBatch();
    const oneSided = { verdict: aVerdict({ code: 'PLATFORM_ONLY' }), span: 0, version: 3_072n };
    const matched = { verdict: aVerdict({ code: 'MATCHED' }), span: 0, version: 5_119n };
    for (const judged of [oneSided, matched, oneSided, matched]) batch.add(judged);
    await batch.write();
    await outputs.close();
    const schema = join(SCHEMA_DIR, 'verdict-change.v1.avsc');
    const read = await java(
      'ReadVerdicts.java',
      kafka.broker,
      names.verdicts,
      `${settings.group}-reader`,
      schema,
    );
    const { merchantId, orderNo, keyPart } = oneSided.verdict;
    const id = `${merchantId} ${orderNo} ${keyPart} 0`;
    expect(read.stdout.split('\n')).toEqual([`${id} 3072 PLATFORM_ONLY`, `${id} 5119 MATCHED`, '']);
    expect(read.code).toBe(0);
  }, 120_000);
});
