import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { KafkaServer } from '../../adapters/process/kafkaServer.ts';
import { startKafka } from './index.ts';

const STARTS_WITHIN_MS = 90_000;

/** A broker that lives as long as the tests of a block. */
export type Broker = Pick<KafkaServer, 'broker' | 'url'> & {
  kill9(): Promise<void>;
  /** On its port, with what it held. */
  startAgain(): Promise<void>;
};

/** Called in a `describe`, before hooks of its own that ask for the broker. */
export function brokerOfBlock(): Broker {
  let dir: string;
  let server: KafkaServer;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dz-kafka-'));
    server = await startKafka({ dir });
  }, STARTS_WITHIN_MS);
  afterAll(async () => {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  });
  return {
    get broker() {
      return server.broker;
    },
    get url() {
      return server.url;
    },
    kill9: () => server.kill9(),
    async startAgain() {
      server = await startKafka({ dir, port: server.port });
    },
  };
}
