import { setTimeout as pause } from 'node:timers/promises';
import { DuizhangError } from '../../domain/errors.ts';
import type { PartitionId, Position } from '../../domain/ports.ts';
import { orAborted } from '../orAborted.ts';
import { LARGEST_BATCH_BYTES } from './kafkaSettings.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** What no waiting mends, by the protocol's name of it or the name of kafkajs's class. */
const LASTING = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_REPLICATION_FACTOR',
  'INVALID_PARTITIONS',
  'INVALID_CONFIG',
  'POLICY_VIOLATION',
  'INVALID_SESSION_TIMEOUT',
  'INVALID_GROUP_ID',
  'INCONSISTENT_GROUP_PROTOCOL',
  'MESSAGE_TOO_LARGE',
  'INVALID_RECORD',
  'UNSUPPORTED_VERSION',
  'KafkaJSSASLAuthenticationError',
  'KafkaJSNotImplemented',
  'KafkaJSServerDoesNotSupportApiKey',
]);
/** A certificate that is not believed will not be believed in a second either. */
const TLS = /certificate|self.signed|CERT_|ERR_TLS|wrong version number|tlsv1 alert|ERR_SSL/i;

/** Errors of kafkajs and what they were made of: they wrap each other. */
function* chainOf(error: unknown): Generator<Error & { readonly type?: unknown }> {
  for (let one = error; one instanceof Error; one = one.cause) {
    yield one;
    if ('originalError' in one && one.originalError instanceof Error && one.originalError !== one) {
      yield* chainOf(one.originalError);
    }
  }
}

export function hasType(error: unknown, ...types: readonly string[]): boolean {
  return [...chainOf(error)].some((one) => types.includes(String(one.type)) || types.includes(one.name));
}

/** Whether the cluster may be well again soon: brokers that are away, start, or hand their partitions to others. */
export function isPassing(error: unknown): boolean {
  const chain = [...chainOf(error)];
  if (chain.some((one) => one instanceof DuizhangError)) return false;
  if (chain.some((one) => LASTING.has(String(one.type)) || LASTING.has(one.name) || TLS.test(one.message))) {
    return false;
  }
  return chain.some((one) => isOfKafka(one) || isSocketError(one));
}

function isOfKafka(error: Error): boolean {
  return error.name.startsWith('KafkaJS') || TLS.test(error.message);
}

function isSocketError(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && /^E(?!RR_)/.test(error.code);
}

/** Whether an answer arrived and is not what it should be: neither kafkajs nor the connection complains, but what takes it apart. */
export function isUnreadable(error: unknown): boolean {
  const chain = [...chainOf(error)];
  const isOther = (one: Error): boolean =>
    one instanceof DuizhangError || one.name === 'AbortError' || isOfKafka(one) || isSocketError(one);
  return chain.length > 0 && !chain.some(isOther);
}

/** A batch that is damaged, or unpacks to more than any producer means. */
export function unreadable(error: unknown, partition: PartitionId, position: Position): DuizhangError {
  const why = error instanceof Error ? error.message : String(error);
  return new DuizhangError(
    'DZ_LOG_UNREADABLE',
    `the batch at position ${position} of ${partition} cannot be read: ${why}. Nothing is skipped by itself; ` +
      'see docs/kafka.md, "A batch cannot be read"',
    { details: { partition, position }, cause: error },
  );
}

/** What lasts, in words that say what to do; everything else as it is. */
export function told(error: unknown, doing: string): unknown {
  if (!(error instanceof Error)) return error;
  const chain = [...chainOf(error)];
  const ours = chain.find((one) => one instanceof DuizhangError);
  if (ours !== undefined) return ours;
  if (!chain.some(isOfKafka)) return error;
  const isTooLarge = hasType(error, 'MESSAGE_TOO_LARGE');
  const advice = isTooLarge
    ? `set max.message.bytes of the topic to ${LARGEST_BATCH_BYTES} or more`
    : 'see user, password, certificates and ACLs of log.kafka';
  return new DuizhangError('DZ_LOG_REFUSED', `Kafka refuses ${doing}: ${error.message}; ${advice}`, {
    cause: error,
  });
}

/** What a wait may come of, for whoever has just written the settings: a broker that wants otherwise just closes the connection. */
export function whyWaiting(error: unknown): string {
  const chain = [...chainOf(error)];
  const last = chain.at(-1)?.message ?? String(error);
  if (/before secure TLS connection/.test(last)) {
    return `${last}: nobody speaks TLS there (log.kafka.tls), or the broker starts just now`;
  }
  if (chain.some(({ name }) => name === 'KafkaJSConnectionClosedError' || name === 'KafkaJSBrokerNotFound')) {
    return `the brokers take a connection and close it: they may want TLS or a login (log.kafka.tls, log.kafka.sasl), or start just now`;
  }
  return last;
}

/**
 * Calls, and again with growing pauses while the cluster is away. Nothing is queued meanwhile: what was given up is not
 * sent later.
 * @throws the signal's reason when it is aborted; DZ_LOG_REFUSED when waiting would not help
 */
export async function untilAnswered<T>(
  signal: AbortSignal,
  doing: string,
  call: () => Promise<T>,
  onPassing: (error: unknown) => Promise<unknown> = () => Promise.resolve(),
): Promise<T> {
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await orAborted(signal, call());
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error)) throw told(error, doing);
      await pause(pauseMs, undefined, { signal });
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      await orAborted(
        signal,
        onPassing(error).catch(() => undefined),
      );
    }
  }
}
