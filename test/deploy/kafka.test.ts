import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { openLog } from '../../adapters/openLog.ts';
import type { Child } from '../../adapters/process/childProcess.ts';
import { startChild } from '../../adapters/process/childProcess.ts';
import { freePort } from '../../adapters/process/freePort.ts';
import { kafkaJars } from '../../adapters/process/kafkaJars.ts';
import { hasKafka } from '../services/index.ts';

// The broker as docker-compose.yml sets it up, on Maven's jars instead of the image: its settings, its script, its password.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const config = loadConfig(join(ROOT, 'duizhang.config.yaml'));

/** What the image has in /opt/kafka/bin. */
async function programs(dir: string): Promise<string> {
  const bin = join(dir, 'bin');
  const jars = join(await kafkaJars(), '*');
  await mkdir(bin);
  for (const [name, main] of [
    ['kafka-storage.sh', 'kafka.tools.StorageTool'],
    ['kafka-server-start.sh', 'kafka.Kafka'],
  ] as const) {
    await writeFile(join(bin, name), `#!/bin/sh\nexec java -Xmx256m -cp '${jars}' ${main} "$@"\n`);
    await chmod(join(bin, name), 0o755);
  }
  return bin;
}

/** The settings with ports and folder of this test. */
async function properties(dir: string, port: number): Promise<string> {
  const path = join(dir, 'server.properties');
  const [controller, inside] = [await freePort(), await freePort()];
  const text = (await readFile(join(ROOT, 'deploy/compose/kafka/server.properties'), 'utf8'))
    .replaceAll('CLIENT://:9092', `CLIENT://127.0.0.1:${port}`)
    .replaceAll('kafka:9092', `127.0.0.1:${port}`)
    .replaceAll(':9093', `:${controller}`)
    .replaceAll(':9094', `:${inside}`)
    .replaceAll('/var/lib/kafka/data', join(dir, 'data'));
  await writeFile(path, text);
  return path;
}

function open(url: string) {
  return openLog({ url, config, env: {}, process: 'test', onWarning: () => undefined });
}

describe.runIf(hasKafka)('the broker of docker-compose.yml', () => {
  test('lets in who has the password and nobody else, and keeps what it has when it is started again', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'dz-compose-kafka-'));
    const port = await freePort();
    const env = {
      PATH: process.env['PATH'],
      KAFKA_BIN: await programs(dir),
      KAFKA_PROPERTIES: await properties(dir, port),
      DZ_KAFKA_PASSWORD: 'made-by-secrets-sh',
    };
    const start = (): Promise<Child> =>
      startChild({
        command: 'sh',
        args: [join(ROOT, 'deploy/compose/kafka/start.sh')],
        env,
        logFile: join(dir, 'kafka.log'),
      });
    const ours = open(`kafka://duizhang:made-by-secrets-sh@127.0.0.1:${port}`);
    const append = async (): Promise<void> => {
      const producer = ours.newProducer();
      await producer.append([{ topic: 'payments', key: 'H001 O1', value: Buffer.from('x') }]);
      await producer.close();
    };
    const held = async (): Promise<number> =>
      [...(await ours.log.bounds()).values()].reduce((sum, { start: from, end }) => sum + end - from, 0);
    let child = await start();
    try {
      expect(await held()).toBe(0);
      await append();
      expect(await held()).toBe(1);
      await child.stop();
      child = await start();
      await append();
      expect(await held()).toBe(2);
      const wrong = open(`kafka://duizhang:guessed@127.0.0.1:${port}`);
      await expect(wrong.log.bounds()).rejects.toThrow();
      await wrong.close();
    } catch (error) {
      throw new Error(`the broker says:\n${(await readFile(join(dir, 'kafka.log'), 'utf8')).slice(-3_000)}`, {
        cause: error,
      });
    } finally {
      await ours.close();
      await child.stop();
      await rm(dir, { recursive: true, force: true });
    }
  }, 180_000);
});
