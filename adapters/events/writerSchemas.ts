import { setTimeout as pause } from 'node:timers/promises';
import { DuizhangError } from '../../domain/errors.ts';
import type { LogRecord, Topic } from '../../domain/ports.ts';
import { TOPICS } from '../../domain/ports.ts';
import { orAborted } from '../orAborted.ts';
import type { SchemaJson } from './canonicalForm.ts';
import type { EventFault } from './eventRules.ts';
import { RecordReader } from './recordReader.ts';
import type { EventSchema } from './schemas.ts';
import { loadEventSchemas, newestSchemaOf } from './schemas.ts';
import { WANTED } from './wanted.ts';

/** Confluent's framing: a zero, the schema's id at a registry (4 bytes, big-endian), the body. */
export const FRAME_BYTES = 5;

/** What the registry says of an id: a schema, or that it has none that could be read. */
export type RegistryAnswer =
  | { readonly kind: 'schema'; readonly json: SchemaJson }
  | { readonly kind: 'unknown' }
  /** In words, e.g. `is of type PROTOBUF`. */
  | { readonly kind: 'unreadable'; readonly why: string };

/** Schemas that the registry gave before, kept where processes that start later find them. */
export type KeptSchemas = {
  find(id: number): Promise<SchemaJson | null>;
  keep(id: number, schema: SchemaJson): Promise<void>;
};

export type WriterSchemasParts = {
  /** Asks the registry. Rejects while it cannot be asked. */
  readonly ask: (id: number, signal: AbortSignal) => Promise<RegistryAnswer>;
  /** Told once for every stretch in which it cannot be asked, and of every schema for which a kept one stands in. */
  readonly onAway: (error: unknown, isKept: boolean) => void;
  readonly kept?: KeptSchemas | null;
  readonly nowMs?: () => number;
  readonly schemas?: readonly EventSchema[];
};

type Known = Readonly<Record<Topic, RecordReader | EventFault>>;
type Missing = { readonly fault: EventFault; readonly atMs: number };

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** An id that the registry does not have is asked for again after this long: it may be registered late. */
const MISSING_MS = 30_000;
/** Bytes of the outside say any id: of those that nobody knows no more are kept. */
const MOST_MISSING = 1_000;

/** The id in a value's frame; null: it is framed otherwise. */
export function schemaIdOf(value: Uint8Array): number | null {
  if (value.length < FRAME_BYTES || value[0] !== 0) return null;
  return new DataView(value.buffer, value.byteOffset).getUint32(1);
}

/** Readers for what was written with schemas of a registry, which is asked once for each. */
export class WriterSchemas {
  readonly #parts: WriterSchemasParts;
  readonly #schemas: readonly EventSchema[];
  readonly #known = new Map<number, Known>();
  readonly #missing = new Map<number, Missing>();
  readonly #asking = new Map<number, Promise<void>>();

  constructor(parts: WriterSchemasParts) {
    this.#parts = parts;
    this.#schemas = parts.schemas ?? loadEventSchemas();
  }

  readerOf(topic: Topic, id: number): RecordReader | EventFault {
    return this.#known.get(id)?.[topic] ?? this.#missing.get(id)?.fault ?? unknownSchema(id);
  }

  /**
   * Until the registry has said of every record what it was written with; waits for it while it is away.
   * @returns null: nothing has to be asked
   */
  untilKnown(records: readonly LogRecord[], signal: AbortSignal): Promise<void> | null {
    const ids = new Set<number>();
    for (const { value } of records) {
      const id = schemaIdOf(value);
      if (id !== null && this.#isToBeAsked(id)) ids.add(id);
    }
    return ids.size === 0 ? null : this.#askAll(ids, signal);
  }

  async #askAll(ids: ReadonlySet<number>, signal: AbortSignal): Promise<void> {
    for (const id of ids) await this.#askPatiently(id, signal);
  }

  #isToBeAsked(id: number): boolean {
    if (this.#known.has(id)) return false;
    const missing = this.#missing.get(id);
    return missing === undefined || this.#nowMs() - missing.atMs > MISSING_MS;
  }

  async #askPatiently(id: number, signal: AbortSignal): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        return await orAborted(signal, this.#askOnce(id, signal));
      } catch (error) {
        signal.throwIfAborted();
        if (pauseMs === FIRST_PAUSE_MS) this.#parts.onAway(error, false);
        await pause(pauseMs, undefined, { signal });
      }
    }
  }

  /** Partitions that come with one id at once ask together. */
  #askOnce(id: number, signal: AbortSignal): Promise<void> {
    const running = this.#asking.get(id);
    if (running !== undefined) return running;
    const asking = this.#ask(id, signal)
      .then((answer) => this.#know(id, answer))
      .finally(() => this.#asking.delete(id));
    this.#asking.set(id, asking);
    return asking;
  }

  /** The registry goes before what is kept: one that was made anew may have given the id to another schema. */
  async #ask(id: number, signal: AbortSignal): Promise<RegistryAnswer> {
    const { ask, kept, onAway } = this.#parts;
    try {
      const answer = await ask(id, signal);
      if (answer.kind === 'schema') await kept?.keep(id, answer.json).catch(() => undefined);
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      const json = (await kept?.find(id).catch(() => null)) ?? null;
      if (json === null) throw error;
      onAway(error, true);
      return { kind: 'schema', json };
    }
  }

  #know(id: number, answer: RegistryAnswer): void {
    if (answer.kind !== 'unknown') {
      this.#missing.delete(id);
      this.#known.set(id, this.#readersOf(id, answer));
      return;
    }
    this.#missing.delete(id);
    this.#missing.set(id, { fault: unknownSchema(id), atMs: this.#nowMs() });
    const [oldest] = this.#missing.keys();
    if (oldest !== undefined && this.#missing.size > MOST_MISSING) this.#missing.delete(oldest);
  }

  #readersOf(id: number, answer: Exclude<RegistryAnswer, { kind: 'unknown' }>): Known {
    const [payments, hisOrders] = TOPICS.map((topic): RecordReader | EventFault => {
      if (answer.kind === 'unreadable') return incompatible(id, answer.why);
      try {
        return new RecordReader(answer.json, newestSchemaOf(topic, this.#schemas).json, WANTED[topic]);
      } catch (error) {
        if (error instanceof DuizhangError) return incompatible(id, `cannot be read: ${error.message}`);
        throw error;
      }
    });
    return { payments: payments ?? unknownSchema(id), 'his-orders': hisOrders ?? unknownSchema(id) };
  }

  #nowMs(): number {
    return this.#parts.nowMs?.() ?? Date.now();
  }
}

export function noRegistry(id: number): EventFault {
  return {
    ok: false,
    code: 'DZ_EVENT_NO_REGISTRY',
    reason: `written with schema ${id} of a registry, and none is named: set log.kafka.registry, then replay`,
    reasonZh: `按格式注册中心的格式 ${id} 编写，而配置中没有注册中心`,
    field: null,
  };
}

function unknownSchema(id: number): EventFault {
  return {
    ok: false,
    code: 'DZ_EVENT_SCHEMA_UNKNOWN',
    reason: `the registry has no schema ${id}; register it, then replay`,
    reasonZh: `格式注册中心没有格式 ${id}`,
    field: null,
  };
}

function incompatible(id: number, why: string): EventFault {
  return {
    ok: false,
    code: 'DZ_EVENT_SCHEMA_INCOMPATIBLE',
    reason: `schema ${id} of the registry ${why}`,
    reasonZh: `格式注册中心的格式 ${id} 与约定的格式不兼容`,
    field: null,
  };
}
