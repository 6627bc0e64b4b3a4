import { Session, drainPending } from 'chdb';
import type { RawInsertFormat } from 'chdb';
import type { Spooled } from './spool.ts';
import { openSpool } from './spool.ts';

/**
 * Connections of a process to one folder share the engine and its data; one connection runs one query at a time. Rows
 * that are being written have connections of their own, so that no slow query can keep them waiting.
 */
const LANES = { insert: 3, query: 6 } as const;
export type Lane = keyof typeof LANES;

/** 64-bit integers as strings, in JSON a double would lose digits (the default of servers since 25.8 is a number). */
const ENGINE_ARGUMENTS = ['--output_format_json_quote_64bit_integers=1'];

export type RawInsert = {
  readonly table: string;
  readonly columns: readonly string[] | null;
  readonly format: RawInsertFormat;
  readonly settings: Readonly<Record<string, string>>;
  readonly values: Buffer;
};

export type Counts = {
  readonly readRows: number;
  readonly readBytes: number;
  readonly writtenRows: number;
  readonly writtenBytes: number;
};

/** One connection, held by one request. */
export type Connection = {
  query(sql: string, format: string): Promise<{ readonly bytes: Uint8Array; readonly counts: Counts }>;
  stream(sql: string, format: string): AsyncIterable<Uint8Array>;
  insert(rows: RawInsert): Promise<Counts>;
};

export type EmbeddedEngine = {
  /** Runs `use` on a free connection of the lane whose current database is `database`. */
  borrow<T>(lane: Lane, database: string, use: (connection: Connection) => Promise<T>): Promise<T>;
  /** A file of the data, until it is disposed of. */
  spool(data: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<Spooled>;
  close(): Promise<void>;
};

type Slot = { readonly session: Session; database: string };

/** @param configPath of a file with what a server's config.xml may say; null: none */
export function openEngine(dir: string, configPath: string | null = null): EmbeddedEngine {
  const engineArguments =
    configPath === null ? ENGINE_ARGUMENTS : [...ENGINE_ARGUMENTS, `--config-file=${configPath}`];
  const lanes = {
    insert: openLane(dir, LANES.insert, engineArguments),
    query: openLane(dir, LANES.query, engineArguments),
  };
  return {
    spool: openSpool(dir),
    async borrow(lane, database, use) {
      const slot = await lanes[lane].take();
      try {
        await useDatabase(slot, database);
        return await use(connectionOf(slot.session));
      } finally {
        lanes[lane].giveBack(slot);
      }
    },
    async close() {
      await drainPending();
      for (const lane of Object.values(lanes)) for (const slot of lane.slots) slot.session.close();
      await drainPending();
    },
  };
}

function openLane(dir: string, size: number, connectionArgs: readonly string[]) {
  const slots: Slot[] = Array.from({ length: size }, () => ({
    session: new Session(dir, { connectionArgs: [...connectionArgs] }),
    database: 'default',
  }));
  const free = [...slots];
  const waiting: ((slot: Slot) => void)[] = [];
  return {
    slots,
    take(): Promise<Slot> {
      const slot = free.pop();
      return slot ? Promise.resolve(slot) : new Promise((resolve) => waiting.push(resolve));
    },
    giveBack(slot: Slot): void {
      const next = waiting.shift();
      if (next) next(slot);
      else free.push(slot);
    },
  };
}

/** The one thing that a connection remembers; nobody else holds it now. */
async function useDatabase(slot: Slot, database: string): Promise<void> {
  if (slot.database === database) return;
  await slot.session.queryAsync(`USE \`${database.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``);
  slot.database = database;
}

function connectionOf(session: Session): Connection {
  return {
    async query(sql, format) {
      const result = await session.queryAsync(sql, { format });
      return {
        bytes: result.bytes(),
        counts: {
          readRows: result.rowsRead,
          readBytes: result.bytesRead,
          writtenRows: 0,
          writtenBytes: 0,
        },
      };
    },
    async *stream(sql, format) {
      for await (const chunk of session.queryStream(sql, { format })) yield chunk.raw();
    },
    async insert({ table, columns, format, settings, values }) {
      const summary = await session.insert({
        table,
        format,
        values,
        settings: { ...settings },
        ...(columns === null ? {} : { columns }),
      });
      return {
        readRows: 0,
        readBytes: 0,
        writtenRows: summary.rowsWritten,
        writtenBytes: summary.bytesWritten,
      };
    },
  };
}
