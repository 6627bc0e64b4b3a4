import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DuizhangError } from '../domain/errors.ts';
import { fileSafe } from './books/index.ts';
import type { SimulatedDay, SimulatedEvent, Truth } from './day.ts';
import { isoOf } from './delivery.ts';

const EVENTS = 'events.ndjson';
const TRUTH = 'truth.json';
const BOOKS = 'books';
/** Written first and removed last: a folder that has it is a simulation's, also after a run that was killed. */
const MARK = '.duizhang-simulation';
const OWN: readonly string[] = [EVENTS, TRUTH, BOOKS, MARK];
const LINES_A_WRITE = 500;

/**
 * Makes the folder ready: new, empty, or one that an earlier simulation left, which is emptied.
 * @throws DZ_OUT_NOT_EMPTY when anything else lies in it
 */
export async function openOutFolder(out: string): Promise<void> {
  await makeFolder(out);
  const found = await readdir(out);
  const foreign = found.find((name) => !OWN.includes(name));
  if (foreign !== undefined || (found.length > 0 && !found.includes(MARK))) {
    throw new DuizhangError(
      'DZ_OUT_NOT_EMPTY',
      `${out} holds "${foreign ?? found[0] ?? ''}", which no simulation wrote; name an empty or a new folder`,
    );
  }
  for (const name of OWN) await rm(join(out, name), { recursive: true, force: true });
}

async function makeFolder(out: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true });
  } catch (cause) {
    throw new DuizhangError(
      'DZ_OUT_NOT_WRITABLE',
      `the folder ${out} cannot be made: ${cause instanceof Error ? cause.message : String(cause)}; name another with --out`,
      { cause },
    );
  }
}

/** Writes a day into a folder that `openOutFolder` made ready. */
export async function writeDay(day: SimulatedDay, out: string): Promise<void> {
  await writeFile(join(out, MARK), 'written by ./duizhang simulate, which may replace what lies here\n');
  for (const { merchantId, fileName, bytes } of day.bills) {
    const folder = join(out, BOOKS, fileSafe(merchantId));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, fileName), bytes);
  }
  await pipeline(Readable.from(chunksOf(day.events, lineOf)), createWriteStream(join(out, EVENTS)));
  await pipeline(Readable.from(truthText(day.truth)), createWriteStream(join(out, TRUTH)));
}

function lineOf({ topic, key, arrivesAtMs, payload }: SimulatedEvent): string {
  const arrivesAt = isoOf(arrivesAtMs);
  const line =
    'event' in payload
      ? { topic, key, arrivesAt, event: payload.event }
      : { topic, key, arrivesAt, bytes: Buffer.from(payload.bytes).toString('base64') };
  return `${JSON.stringify(line)}\n`;
}

/** One row a line, so that a large truth can be read with a pager. */
function* truthText({ rows, ...rest }: Truth): Generator<string> {
  yield `${JSON.stringify(rest).slice(0, -1)},"rows":[\n`;
  yield* chunksOf(rows, (row, index) => `${JSON.stringify(row)}${index < rows.length - 1 ? ',' : ''}\n`);
  yield ']}\n';
}

function* chunksOf<T>(items: readonly T[], text: (item: T, index: number) => string): Generator<string> {
  for (let at = 0; at < items.length; at += LINES_A_WRITE) {
    const chunk = items.slice(at, at + LINES_A_WRITE);
    yield chunk.map((item, index) => text(item, at + index)).join('');
  }
}
