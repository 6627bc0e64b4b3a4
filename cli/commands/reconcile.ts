import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { csvOf } from '../../adapters/files/csv.ts';
import type { InputFile } from '../../adapters/files/inputFiles.ts';
import { distinctFiles, inputFile } from '../../adapters/files/inputFiles.ts';
import { streamed } from '../../adapters/files/sheet.ts';
import { checkWritable, writeWhole } from '../../adapters/files/writeWhole.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import type { ReconciledFiles } from '../../pipeline/reconcile/books.ts';
import type { ReconcileOptions } from '../../pipeline/reconcile/reconcileFiles.ts';
import type { Command, CommandIo, ExitCode } from '../command.ts';
import { tellRefusal } from '../tellRefusal.ts';
import type { Hospital } from './hospitalReader.ts';
import { givenConfigPath, merchantOf } from './merchantOf.ts';
import type { ReconcileRequest } from './reconcileArgs.ts';
import { readReconcileArgs } from './reconcileArgs.ts';
import { reconcilePlain } from './reconcilePlain.ts';
import {
  emptyBookLines,
  errorLines,
  exceptionSheet,
  foreignLine,
  jsonOfFiles,
  missingBillLines,
  sheetsOf,
  textOfFiles,
} from './reconcileReport.ts';

/** More would wait for memory rather than for a processor, and each costs some 20 MB. */
const THREADS = Math.min(2, availableParallelism());
/** Packed bytes count, too: a gzip of this size holds some ten thousand rows. */
const WORTH_REWRITING_BYTES = 512 * 1024;

export const reconcileCommand: Command = {
  name: 'reconcile',
  summary: 'compare the books of a hospital as files, no servers needed',
  usage: `duizhang reconcile --merchant FILE… --platform FILE… --channel FILE… [--date D] [--out FILE] [--json]

Compares three books (三方对账), or two: --platform with --channel (两方对账), --platform with --merchant.
A file is a bill in any known format (duizhang bill --help), plain or gzip or zip; several files make one book.

  --hospital H  whose files they are: its own books are read as the configuration maps them (books:), its rules hold
                and of a shared channel number only its own rows count
  --date D      only what belongs to this business date (YYYY-MM-DD); otherwise everything in the files
  --out FILE    write the result as .xlsx, .csv (the exceptions) or .json
  --json        the result as JSON on stdout

Exit code 0: balanced; 1: exceptions or rows in error; 2: a file was refused.
`,
  async run(args, io) {
    const request = readReconcileArgs(args);
    return tellRefusal(request.json, io, () => compareBooks(request, io));
  },
};

async function compareBooks(request: ReconcileRequest, io: CommandIo): Promise<ExitCode> {
  const { files, notes } = await openFiles(request, io.cwd);
  for (const note of notes) io.stderr(`${note}\n`);
  const out = request.out && { ...request.out, path: resolve(io.cwd, request.out.path) };
  if (out) await checkOut(out.path, files);
  const { mode, date } = request;
  const hospital = await hospitalOf(request, io);
  const rules = hospital?.rules ?? DEFAULT_RULES;
  const reconciled = await reconcile(files, { mode, date, rules }, hospital);
  io.stderr(
    errorLines(reconciled) +
      foreignLine(reconciled) +
      emptyBookLines(reconciled, date) +
      missingBillLines(reconciled),
  );
  if (out) {
    await writeWhole(out.path, await contentOf(reconciled, out.format));
    io.stderr(`written to ${out.path}\n`);
  }
  const pieces = request.json ? jsonOfFiles(reconciled) : [textOfFiles(reconciled)];
  for (const piece of pieces) io.stdout(piece);
  return reconciled.result.outcome === 'BALANCED' && reconciled.errorCount === 0 ? 0 : 1;
}

/** Nobody means to replace a bill by what was found in it. */
async function checkOut(path: string, files: readonly InputFile[]): Promise<void> {
  if (files.some((file) => file.path === path)) {
    throw new DuizhangError('DZ_USAGE', `--out ${path} is one of the books; choose another name`);
  }
  await checkWritable(path);
}

async function openFiles(request: ReconcileRequest, cwd: string) {
  const files: InputFile[] = [];
  for (const { book, path } of request.files) files.push(await inputFile(book, path, resolve(cwd, path)));
  return distinctFiles(files);
}

/** @throws DZ_UNKNOWN_MERCHANT, DZ_CONFIG_INVALID */
async function hospitalOf({ hospital: merchantId }: ReconcileRequest, io: CommandIo) {
  if (merchantId === null) return null;
  const { loadConfig } = await import('../../adapters/config/loadConfig.ts');
  const configPath = givenConfigPath(io);
  return { merchantId, configPath, rules: merchantOf(loadConfig(configPath), merchantId).rules };
}

async function reconcile(
  files: readonly InputFile[],
  options: ReconcileOptions,
  hospital: Hospital | null,
): Promise<ReconciledFiles> {
  const result = await reconcilePlain(files, options, { threads: THREADS });
  if (result !== null) return { result, errors: [], errorCount: 0, foreignRows: 0, billChannels: null };
  // The readers of bills, as the writer of workbooks below, are loaded only where they are needed: it halves the start.
  const isLarge = files.reduce((sum, file) => sum + file.sizeBytes, 0) >= WORTH_REWRITING_BYTES;
  if (isLarge && files.every((file) => file.isSeekable)) {
    const { reconcileRewritten } = await import('./reconcileRewritten.ts');
    const rewritten = await reconcileRewritten(files, options, { threads: THREADS, hospital });
    if (rewritten !== null) return rewritten;
  }
  const { reconcileAny } = await import('./reconcileAny.ts');
  return reconcileAny(files, options, hospital);
}

async function contentOf(reconciled: ReconciledFiles, format: 'XLSX' | 'CSV' | 'JSON') {
  switch (format) {
    case 'XLSX':
      return (await import('../../adapters/files/xlsx.ts')).xlsxOf(sheetsOf(reconciled).map(streamed));
    case 'CSV':
      return csvOf(streamed(exceptionSheet(reconciled)));
    case 'JSON':
      return jsonOfFiles(reconciled);
  }
}
