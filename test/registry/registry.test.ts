import avsc from 'avsc';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Config } from '../../adapters/config/loadConfig.ts';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { makeEventDecoder } from '../../adapters/events/eventCodec.ts';
import { loadEventSchemas, newestSchemaOf } from '../../adapters/events/schemas.ts';
import type { LogParts, OpenLog } from '../../adapters/openLog.ts';
import { openLog } from '../../adapters/openLog.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { redisKeptSchemas } from '../../adapters/redis/keptSchemas.ts';
import type { LogConsumer } from '../../domain/ports.ts';
import type { RegistryServer } from './registryServer.ts';
import { registryServer } from './registryServer.ts';
import { brokerOfBlock } from '../services/broker.ts';
import { hasKafka, startRedis } from '../services/index.ts';

// Events in Confluent's framing, from a broker and a registry over HTTP.

const SCHEMA = { ...JSON.parse(JSON.stringify(newestSchemaOf('payments', loadEventSchemas()).json)) };
const type = avsc.Type.forSchema(SCHEMA);

function framed(id: number, orderNo: string): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(id, 1);
  const event = {
    eventId: `e-${orderNo}`,
    merchantId: 'A',
    kind: 'PAYMENT',
    orderNo,
    refundNo: null,
    channel: 'WECHAT',
    channelTxnNo: `42${orderNo}`,
    amountFen: 2500,
    occurredAt: Date.UTC(2026, 2, 9, 4),
    businessType: '',
  };
  return Buffer.concat([head, type.toBuffer(event)]);
}

describe.runIf(hasKafka)('events whose schemas a registry has', () => {
  let dir: string;
  const kafka = brokerOfBlock();
  let registry: RegistryServer;
  let opened: OpenLog;
  let config: Config;
  let away: string[];
  let kept: boolean[];
  let keep: LogParts['keptSchemas'];
  let running: LogConsumer | null;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dz-registry-'));
    await writeFile(join(dir, 'password'), 'let me in', { mode: 0o600 });
  }, 90_000);
  afterAll(async () => {
    await rm(dir, { recursive: true, force: true });
  });
  beforeEach(async () => {
    keep = undefined;
    registry = await registryServer('reader:let me in');
    opened = await open(`registry: { url: '${registry.url}', user: reader, keyFile: password }`);
    return async () => {
      await running?.stop();
      await opened.close();
      await registry.stop();
    };
  });

  async function open(registrySection: string, env: NodeJS.ProcessEnv = {}): Promise<OpenLog> {
    const name = `log-${randomUUID().slice(0, 8)}`;
    const path = join(dir, `${name}.yaml`);
    const topics = `{ payments: ${name}.p, his-orders: ${name}.h }`;
    await writeFile(
      path,
      `merchants:
  - { id: A, name: a, channels: { WECHAT: "1" } }
log:
  partitions: 2
  kafka: { group: ${name}, create: { replication: 1 }, topics: ${topics}, session: 6s, ${registrySection} }
`,
    );
    config = loadConfig(path);
    away = [];
    kept = [];
    running = null;
    return openLog({
      url: kafka.url,
      config,
      env,
      process: 'test',
      onWarning: () => undefined,
      onRegistryAway: (error, isKept) => {
        away.push(String(error));
        kept.push(isKept);
      },
      ...(keep === undefined ? {} : { keptSchemas: keep }),
    });
  }

  /** What the pipeline makes of what it reads: an order number, or a dead letter's code. By partition. */
  async function read(): Promise<ReadonlyMap<string, string[]>> {
    const decode = makeEventDecoder({ merchants: config.merchants, registry: opened.registry });
    const found = new Map<string, string[]>([
      ['payments/0', []],
      ['payments/1', []],
    ]);
    const bounds = await opened.log.bounds();
    running = opened.log.consume({
      startAt: (partition) => Promise.resolve(bounds.get(partition)?.start ?? 0),
      maxRecords: 100,
      onBatch: async ({ partition, records }) => {
        for (const { value } of records) {
          const event = decode('payments', value);
          found.get(partition)?.push(event.ok ? event.entry.orderNo : event.code);
        }
        return { kind: 'done' };
      },
    });
    return found;
  }

  async function send(partition: number, values: readonly Uint8Array[]): Promise<void> {
    const producer = opened.newProducer();
    await producer.append(values.map((value) => ({ topic: 'payments', key: '', partition, value })));
    await producer.close();
  }

  test('are read with one question a schema, and an id that it does not have is a dead letter', async () => {
    const id = registry.register(SCHEMA);
    await opened.log.bounds();
    await send(0, [framed(id, 'YT1'), framed(4_000_000_000, 'YT2'), framed(id, 'YT3')]);
    const found = await read();
    await expect.poll(() => found.get('payments/0'), { timeout: 20_000 }).toHaveLength(3);
    expect(found.get('payments/0')).toEqual(['YT1', 'DZ_EVENT_SCHEMA_UNKNOWN', 'YT3']);
    expect(registry.asked).toEqual([`/schemas/ids/${id}`, '/schemas/ids/4000000000']);
    expect(away).toEqual([]);
  }, 60_000);

  test('wait for a registry that is away, while other partitions go on; nothing is lost and nothing a dead letter', async () => {
    const id = registry.register(SCHEMA);
    const known = registry.register({ ...SCHEMA, doc: 'the same' });
    await opened.log.bounds();
    await send(1, [framed(known, 'YT1')]);
    const found = await read();
    await expect.poll(() => found.get('payments/1'), { timeout: 20_000 }).toEqual(['YT1']);
    await registry.stop();
    await send(0, [framed(id, 'YT2')]);
    await expect.poll(() => away.length, { timeout: 20_000 }).toBe(1);
    await send(1, [framed(known, 'YT3')]);
    await send(0, [framed(id, 'YT4')]);
    await expect.poll(() => found.get('payments/1'), { timeout: 20_000 }).toEqual(['YT1', 'YT3']);
    expect(found.get('payments/0')).toEqual([]);
    await registry.start();
    await expect.poll(() => found.get('payments/0'), { timeout: 20_000 }).toEqual(['YT2', 'YT4']);
    expect(away).toEqual([expect.stringContaining('cannot be reached')]);
  }, 60_000);

  test.each([
    ['an answer of 500', 500, /answered 500/],
    ['a refused login', 401, /answered 401.*user and password of log\.kafka\.registry/],
    ['a 404 that is not about the schema', 404, /answered 404/],
  ])(
    '%s holds the partition back, and is told',
    async (_, status, said) => {
      const id = registry.register(SCHEMA);
      registry.answerWith(status);
      await opened.log.bounds();
      await send(0, [framed(id, 'YT1')]);
      const found = await read();
      await expect.poll(() => away, { timeout: 20_000 }).toEqual([expect.stringMatching(said)]);
      await pause(300);
      expect(found.get('payments/0')).toEqual([]);
      registry.answerWith(null);
      await expect.poll(() => found.get('payments/0'), { timeout: 20_000 }).toEqual(['YT1']);
    },
    60_000,
  );

  test('a process that starts while the registry is away reads on by what it gave before, and new schemas wait', async () => {
    const server = await startRedis({ dir: join(dir, 'redis'), appendfsync: 'everysec' });
    const redis = connectRedis(server.url);
    const id = registry.register(SCHEMA);
    const other = registry.register({ ...SCHEMA, doc: 'not asked for yet' });
    keep = (url) => redisKeptSchemas(redis, url);
    const section = `registry: { url: '${registry.url}', user: reader, keyFile: password }`;
    await opened.close();
    opened = await open(section);
    await opened.log.bounds();
    await send(0, [framed(id, 'YT1')]);
    const before = await read();
    await expect.poll(() => before.get('payments/0'), { timeout: 20_000 }).toEqual(['YT1']);
    await running?.stop();
    await registry.stop();
    await opened.close();
    opened = await open(section);
    await opened.log.bounds();
    await send(0, [framed(id, 'YT2')]);
    await send(1, [framed(other, 'YT3')]);
    const after = await read();
    await expect.poll(() => after.get('payments/0'), { timeout: 20_000 }).toEqual(['YT2']);
    await expect.poll(() => away.length, { timeout: 20_000 }).toBe(2);
    expect(new Set(kept)).toEqual(new Set([false, true]));
    expect(after.get('payments/1')).toEqual([]);
    await registry.start();
    await expect.poll(() => after.get('payments/1'), { timeout: 20_000 }).toEqual(['YT3']);
    redis.disconnect();
    await server.stop();
  }, 60_000);

  test('a process that is to end does not wait for a registry that is away', async () => {
    const id = registry.register(SCHEMA);
    await registry.stop();
    await opened.log.bounds();
    await send(0, [framed(id, 'YT1')]);
    const found = await read();
    await expect.poll(() => away.length, { timeout: 20_000 }).toBe(1);
    await running?.stop();
    running = null;
    expect(found.get('payments/0')).toEqual([]);
    await registry.start();
  }, 60_000);

  test('the variable goes before the address of the configuration', async () => {
    const other = await registryServer('reader:let me in');
    const id = other.register(SCHEMA);
    await opened.close();
    opened = await open(`registry: { url: '${registry.url}', user: reader, keyFile: password }`, {
      DUIZHANG_SCHEMA_REGISTRY_URL: `${other.url}/`,
    });
    await opened.log.bounds();
    await send(0, [framed(id, 'YT1')]);
    const found = await read();
    await expect.poll(() => found.get('payments/0'), { timeout: 20_000 }).toEqual(['YT1']);
    expect([registry.asked.length, other.asked.length]).toEqual([0, 1]);
    await other.stop();
  }, 60_000);
});
