import { PassThrough, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { RowBatches, Row, Sheet, SheetHead, StreamedSheet } from './sheet.ts';
import { streamed } from './sheet.ts';
import {
  MAX_ROWS,
  PARTS,
  contentTypesXml,
  sheetFootXml,
  sheetHeadXml,
  workbookRelsXml,
  workbookXml,
} from './xlsxParts.ts';
import { rowXml } from './xlsxRow.ts';

const PIECE_CHARS = 128 * 1024;
/** Level 6 packs a tenth better and takes twice as long. */
const ZIP = { compressionLevel: 4, mtime: new Date(0) } as const;

export type WorkbookOptions = {
  /** Asked for when the last row is written, and shown first. */
  readonly summary?: () => Sheet;
  /** Excel's limit; smaller in tests. */
  readonly maxRows?: number;
};

/**
 * A workbook as a stream, never whole in memory: amounts are numbers with two decimals, all else is text that no
 * spreadsheet takes for a number or a formula; headers are bold and frozen. A sheet that is too long goes on in further
 * ones.
 */
export async function* xlsxOf(
  sheets: readonly StreamedSheet[],
  options: WorkbookOptions = {},
): AsyncGenerator<Uint8Array> {
  const zip = new ZipFile();
  const out = new PassThrough();
  const sources = new Set<Readable>();
  const fail = (error: unknown): void =>
    void out.destroy(error instanceof Error ? error : new Error(String(error)));
  zip.on('error', fail);
  zip.outputStream.pipe(out);
  const add = async (path: string, pieces: AsyncIterable<string>): Promise<void> => {
    const source = Readable.from(pieces, { objectMode: false });
    sources.add(source);
    zip.addReadStream(source, path, ZIP);
    await finished(source);
    sources.delete(source);
  };
  // Its failure reaches the reader through `out`.
  const written = writeParts(zip, add, sheets, options).catch(fail);
  try {
    for await (const chunk of out) yield chunk;
    await written;
  } finally {
    for (const source of sources) source.destroy();
    out.destroy();
  }
}

type AddPart = (path: string, pieces: AsyncIterable<string>) => Promise<void>;

async function writeParts(
  zip: ZipFile,
  add: AddPart,
  sheets: readonly StreamedSheet[],
  { summary, maxRows = MAX_ROWS }: WorkbookOptions,
): Promise<void> {
  const names: string[] = [];
  const write = async (sheet: StreamedSheet): Promise<void> => {
    const feed = new RowFeed(sheet.batches);
    try {
      for (let part = 1; part === 1 || !(await feed.isOver()); part += 1) {
        names.push(part === 1 ? sheet.name : `${sheet.name} ${part}`);
        await add(`xl/worksheets/sheet${names.length}.xml`, sheetPieces(sheet, feed.take(maxRows - 1)));
      }
    } finally {
      await feed.close();
    }
  };
  for (const sheet of sheets) await write(sheet);
  if (summary) await write(streamed(summary()));
  // The numbers of the files, in the order in which the sheets are shown.
  const shown = names.map((name, at) => ({ name, file: at + 1 }));
  if (summary) shown.unshift(...shown.splice(-1));
  const parts = {
    ...PARTS,
    'xl/workbook.xml': workbookXml(shown),
    '[Content_Types].xml': contentTypesXml(names.length),
    'xl/_rels/workbook.xml.rels': workbookRelsXml(names.length),
  };
  for (const [path, xml] of Object.entries(parts)) zip.addBuffer(Buffer.from(xml), path, ZIP);
  zip.end();
}

async function* sheetPieces(head: SheetHead, rows: AsyncIterable<readonly Row[]>): AsyncGenerator<string> {
  let piece = sheetHeadXml(head);
  let number = 1;
  for await (const batch of rows) {
    for (const row of batch) {
      number += 1;
      piece += rowXml(row, number);
      if (piece.length < PIECE_CHARS) continue;
      yield piece;
      piece = '';
    }
  }
  yield piece + sheetFootXml(head);
}

/** Rows that several sheets share: each takes as many as it may hold. */
class RowFeed {
  readonly #batches: AsyncIterator<readonly Row[]> | Iterator<readonly Row[]>;
  #rest: readonly Row[] = [];
  #over = false;

  constructor(batches: RowBatches) {
    this.#batches =
      Symbol.asyncIterator in batches ? batches[Symbol.asyncIterator]() : batches[Symbol.iterator]();
  }

  async *take(most: number): AsyncGenerator<readonly Row[]> {
    for (let left = most; left > 0 && !(await this.isOver());) {
      const batch = this.#rest.slice(0, left);
      this.#rest = this.#rest.slice(batch.length);
      left -= batch.length;
      yield batch;
    }
  }

  async isOver(): Promise<boolean> {
    while (this.#rest.length === 0 && !this.#over) {
      const next = await this.#batches.next();
      if (next.done) this.#over = true;
      else this.#rest = next.value;
    }
    return this.#rest.length === 0;
  }

  async close(): Promise<void> {
    await this.#batches.return?.();
  }
}
