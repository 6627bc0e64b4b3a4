import { createReadStream } from 'node:fs';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { unreadableFile } from '../../adapters/files/unreadableFile.ts';
import { dataDirOf, readRunFile } from '../../adapters/process/runFile.ts';
import { isBusinessDate } from '../../domain/businessDate.ts';
import type { Book, Channel } from '../../domain/entry.ts';
import { BOOKS, CHANNELS } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { yuanOfFen } from '../../domain/money.ts';
import type { BillToImport, ImportResult } from '../../pipeline/close/importBill.ts';
import { openClosing } from '../closing.ts';
import { refusalOf } from '../tellRefusal.ts';
import type { CommandIo, ExitCode } from '../command.ts';
import { configPathOf, merchantOf } from './merchantOf.ts';

const READ_BYTES = 1 << 18;

/**
 * `bill import FILE --merchant H --book B [--channel C] [--date D] [--json]` against the running system.
 * @returns 0 imported or known; 1 imported, with rows in error; a refused file throws DZ_BILL_…
 */
export async function runBillImport(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { request, json } = readArgs(args, io);
  const closing = openClosing(readRunFile(dataDirOf(io.env, io.cwd)), loadConfig(configPathOf(io)));
  try {
    const result = await closing.importBill(request);
    io.stdout(json ? `${JSON.stringify(jsonOf(result))}\n` : textOf(result));
    return result.status === 'imported' && result.bill.errorRows > 0 ? 1 : 0;
  } catch (error) {
    if (!json || !(error instanceof DuizhangError) || !error.code.startsWith('DZ_BILL_')) throw error;
    io.stdout(`${JSON.stringify({ error: refusalOf(error) })}\n`);
    return 2;
  } finally {
    await closing.dispose();
  }
}

function readArgs(args: readonly string[], io: CommandIo): { request: BillToImport; json: boolean } {
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
  const [file, ...surplus] = positionals;
  if (file === undefined || surplus.length > 0) throw badUsage('name one bill file');
  if (values.merchant === undefined) throw badUsage('say whose bill it is: --merchant H001');
  if (values.date !== undefined && !isBusinessDate(values.date)) {
    throw badUsage(`--date ${values.date} is not a calendar date; write it as YYYY-MM-DD`);
  }
  const path = resolve(io.cwd, file);
  const request: BillToImport = {
    merchant: merchantOf(loadConfig(configPathOf(io)), values.merchant),
    book: bookOf(values.book),
    channel: channelOf(values.channel),
    date: values.date ?? null,
    fileName: basename(file),
    open: () => readable(path),
  };
  return { request, json: values.json };
}

async function* readable(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: READ_BYTES });
  } catch (error) {
    throw unreadableFile(path, error) ?? error;
  }
}

function bookOf(name: string | undefined): Book {
  const book = BOOKS.find((candidate) => candidate === name?.toUpperCase());
  if (book) return book;
  throw badUsage('say which book it belongs to: --book merchant, platform or channel');
}

function channelOf(name: string | undefined): Channel | null {
  if (name === undefined) return null;
  const channel = CHANNELS.find((candidate) => candidate === name.toUpperCase());
  if (channel) return channel;
  throw badUsage(`--channel ${name} is none of ${CHANNELS.join(', ')}`);
}

function badUsage(why: string): DuizhangError {
  return new DuizhangError('DZ_USAGE', `${why} (./duizhang bill --help)`);
}

function jsonOf(result: ImportResult): Readonly<Record<string, unknown>> {
  const { bill } = result;
  return {
    status: result.status,
    bill: {
      ...bill,
      paymentFen: bill.paymentFen.toString(),
      refundFen: bill.refundFen.toString(),
      version: bill.version.toString(),
    },
    ...(result.status === 'known'
      ? { supersededBy: result.supersededBy?.billId ?? null }
      : { errors: result.errors }),
  };
}

function textOf(result: ImportResult): string {
  const { bill } = result;
  const what = `${bill.format} of ${bill.merchantId}, ${bill.book} ${bill.channel ?? 'all channels'}, ${bill.businessDate}`;
  if (result.status === 'known') {
    const later = result.supersededBy;
    const then = later ? `; the later ${later.fileName} counts instead of it` : '';
    return `nothing to do: ${what} is on record already${then}\n`;
  }
  const errors = result.errors.slice(0, 20).map((e) => `line ${e.line}: ${e.code} ${e.message}\n`);
  return (
    `imported ${what}: ${bill.payments} payments ${yuanOfFen(bill.paymentFen)} yuan, ` +
    `${bill.refunds} refunds ${yuanOfFen(bill.refundFen)} yuan, ${bill.errorRows} rows in error\n${errors.join('')}`
  );
}
