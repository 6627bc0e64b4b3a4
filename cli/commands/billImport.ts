import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { packFiles } from '../../adapters/files/packFiles.ts';
import { readChunks } from '../../adapters/files/readChunks.ts';
import type { BillArchive } from '../../domain/billArchive.ts';
import { isBusinessDate } from '../../domain/businessDate.ts';
import type { Book, Channel } from '../../domain/entry.ts';
import { BOOKS, CHANNELS } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { yuanOfFen } from '../../domain/money.ts';
import type { BillToImport, ImportResult, RowsLeftOut } from '../../pipeline/close/importBill.ts';
import { importBill } from '../../pipeline/close/importBill.ts';
import { BillDesk } from '../billDesk.ts';
import type { CommandIo, ExitCode } from '../command.ts';
import { sizeOf, withProgress, type ProgressIo } from '../progressBar.ts';
import { refusalOf } from '../tellRefusal.ts';
import { billUsage, jsonOfBill, placeOf, shortId, sumsOf } from './billWords.ts';

/**
 * `bill import FILE… --merchant H --book B [--channel C] [--date D] [--json]` against the running system.
 * @returns 0 imported or known; 1 imported, with rows in error; a refused file throws DZ_BILL_…
 */
export async function runBillImport(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { requestOf, sizeBytes, json } = readArgs(args, io);
  await using desk = new BillDesk(io);
  try {
    const archive = shownArchive(desk.archive, sizeBytes, json ? { stderr: io.stderr } : io);
    const result = await importBill(requestOf(desk), { ...desk.deps, archive });
    io.stdout(json ? `${JSON.stringify(jsonOf(result))}\n` : textOf(result));
    return result.status === 'imported' && result.bill.errorRows > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof DuizhangError) || !error.code.startsWith('DZ_BILL_')) throw error;
    const { sha256 } = error.details;
    if (json) {
      io.stdout(`${JSON.stringify({ error: { ...refusalOf(error), ...(sha256 && { sha256 }) } })}\n`);
      return 2;
    }
    if (sha256)
      io.stderr(
        `refused, but its bytes are kept: ./duizhang bill get ${String(sha256).slice(0, 12)} --out FILE\n`,
      );
    throw error;
  }
}

/** The file is read twice: into the archive, and from there into the ledger. */
function shownArchive(archive: BillArchive, sizeBytes: number | null, io: ProgressIo): BillArchive {
  return {
    keep: (bytes) => archive.keep(withProgress(bytes, 'keeping', sizeBytes, io)),
    read: (sha256) => withProgress(archive.read(sha256), 'importing', sizeBytes, io),
  };
}

type ImportArgs = {
  readonly requestOf: (desk: BillDesk) => BillToImport;
  readonly sizeBytes: number | null;
  readonly json: boolean;
};

function readArgs(args: readonly string[], io: CommandIo): ImportArgs {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      merchant: { type: 'string' },
      book: { type: 'string' },
      channel: { type: 'string' },
      date: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const paths = positionals.map((file) => resolve(io.cwd, file));
  const [path] = paths;
  if (path === undefined) throw billUsage('name a bill file');
  if (values.merchant === undefined) throw billUsage('say whose bill it is: --merchant H001');
  if (values.date !== undefined && !isBusinessDate(values.date)) {
    throw billUsage(`--date ${values.date} is not a calendar date; write it as YYYY-MM-DD`);
  }
  const { merchant } = values;
  const said = { book: bookOf(values.book), channel: channelOf(values.channel), date: values.date ?? null };
  const fileName = paths.map((each) => basename(each)).join(' + ');
  const origin = { fileName, source: `cli ${paths.join(', ')}` };
  const open = () => (paths.length === 1 ? readChunks(path, path) : packFiles(paths));
  const requestOf = (desk: BillDesk): BillToImport => {
    return { ...said, ...origin, merchant: desk.merchant(merchant), open };
  };
  return { requestOf, sizeBytes: paths.length === 1 ? sizeOf(path) : null, json: values.json };
}

function bookOf(name: string | undefined): Book {
  const book = BOOKS.find((candidate) => candidate === name?.toUpperCase());
  if (book) return book;
  throw billUsage('say which book it belongs to: --book merchant, platform or channel');
}

function channelOf(name: string | undefined): Channel | null {
  if (name === undefined) return null;
  const channel = CHANNELS.find((candidate) => candidate === name.toUpperCase());
  if (channel) return channel;
  throw billUsage(`--channel ${name} is none of ${CHANNELS.join(', ')}`);
}

function jsonOf(result: ImportResult): Readonly<Record<string, unknown>> {
  const { bill } = result;
  return {
    status: result.status,
    bill: jsonOfBill(bill),
    ...(result.status === 'known'
      ? { supersededBy: result.supersededBy?.billId ?? null }
      : {
          errors: result.errors,
          inPlaceOf: result.inPlaceOf.map(({ billId }) => billId),
          leftOut: leftOutJson(result.leftOut),
        }),
  };
}

function leftOutJson(leftOut: RowsLeftOut) {
  return {
    ...leftOut,
    foreignPaymentFen: leftOut.foreignPaymentFen.toString(),
    foreignRefundFen: leftOut.foreignRefundFen.toString(),
  };
}

function textOf(result: ImportResult): string {
  const { bill } = result;
  const what = placeOf(bill);
  if (result.status === 'known') {
    const later = result.supersededBy;
    const then = later
      ? `; the later ${later.fileName} (${shortId(later)}) counts instead of it, until you say: ./duizhang bill use ${shortId(bill)}`
      : '';
    return `nothing to do: ${what} is on record already${then}\n`;
  }
  const errors = result.errors.slice(0, 20).map((e) => `line ${e.line}: ${e.code} ${e.message}\n`);
  const leftOut = leftOutText(result.leftOut);
  const instead = result.inPlaceOf.map(
    (former) =>
      `it counts in place of ${former.fileName} (${shortId(former)}): ${placeOf(former)}, ${sumsOf(former)}; back: ./duizhang bill use ${shortId(former)} --book ${former.book.toLowerCase()}\n`,
  );
  return `imported ${what}: ${sumsOf(bill)}; its id is ${shortId(bill)}\n${instead.join('')}${leftOut}${errors.join('')}`;
}

function leftOutText(leftOut: RowsLeftOut): string {
  const { otherRows, foreignRows, foreignPaymentFen, foreignRefundFen, unreadSheets = [] } = leftOut;
  const foreign =
    `${foreignRows} rows of others under the same merchant number ` +
    `(payments ${yuanOfFen(foreignPaymentFen)}, refunds ${yuanOfFen(foreignRefundFen)} yuan)`;
  const other = `${otherRows} rows that are neither payment nor refund through a channel`;
  const told = [
    ...(foreignRows > 0 ? [foreign] : []),
    ...(otherRows > 0 ? [other] : []),
    ...unreadSheets.map((name) => `the sheet ${name}`),
  ];
  return told.map((line) => `left out: ${line}\n`).join('');
}
