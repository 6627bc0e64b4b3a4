import kafkajs from 'kafkajs';
import type { Kafka, KafkaConfig, RetryOptions } from 'kafkajs';
import Cluster from 'kafkajs/src/cluster/index.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import socketFactory from 'kafkajs/src/network/socketFactory.js';
import { registerCodecs } from './codecs.ts';
import type { KafkaSettings } from './kafkaSettings.ts';

/**
 * Whatever fails is tried again by loops of our own, which can be stopped and given up; kafkajs's would, with as many
 * retries as an outage needs, send what its caller has long given up.
 */
export const FEW_RETRIES: RetryOptions = { initialRetryTime: 50, maxRetryTime: 500, retries: 2 };

const REQUEST_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 3_000;
const METADATA_MAX_AGE_MS = 30_000;

/** Said to nobody: what matters comes back as errors, and is told where it is known what it means. */
const silent = (): (() => void) => () => undefined;

export function kafkaClient(settings: KafkaSettings): Kafka {
  prepareProcess();
  return new kafkajs.Kafka(configOf(settings));
}

/** A connection of its own to every broker: what waits on one holds up nothing on another. */
export function newCluster(settings: KafkaSettings): Cluster {
  return new Cluster({
    ...configOf(settings),
    retry: FEW_RETRIES,
    logger: kafkaClient(settings).logger(),
    socketFactory: socketFactory(),
    metadataMaxAge: METADATA_MAX_AGE_MS,
    allowAutoTopicCreation: false,
    isolationLevel: 0,
  });
}

function configOf({ brokers, clientId, tls, sasl }: KafkaSettings): KafkaConfig {
  return {
    brokers: [...brokers],
    clientId,
    ...(tls === null ? {} : { ssl: { ...tls } }),
    ...(sasl === null ? {} : { sasl }),
    retry: FEW_RETRIES,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    enforceRequestTimeout: true,
    logLevel: kafkajs.logLevel.NOTHING,
    logCreator: silent,
  };
}

let isPrepared = false;

function prepareProcess(): void {
  if (isPrepared) return;
  isPrepared = true;
  registerCodecs();
  // Without anything pending it sets a timer for a time that is past, and again after that: 2 % of a core for nothing.
  const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;
  RequestQueue.prototype.scheduleCheckPendingRequests = function whenNeeded(this: RequestQueue): void {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
  };
}
