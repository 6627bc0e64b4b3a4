import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { csvOf } from '../../adapters/files/csv.ts';
import type { InputFile } from '../../adapters/files/inputFiles.ts';
import { distinctFiles, inputFile } from '../../adapters/files/inputFiles.ts';
import { writeWhole } from '../../adapters/files/writeWhole.ts';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import type { ReconciledFiles } from '../../pipeline/reconcile/books.ts';
import type { ReconcileOptions } from '../../pipeline/reconcile/reconcileFiles.ts';
import type { Command } from '../command.ts';
import type { ReconcileRequest } from './reconcileArgs.ts';
import { readReconcileArgs } from './reconcileArgs.ts';
import { reconcilePlain } from './reconcilePlain.ts';
import { errorLines, exceptionSheet, jsonOfFiles, sheetsOf, textOfFiles } from './reconcileReport.ts';

/** More would wait for memory rather than for a processor, and each costs some 20 MB. */
const THREADS = Math.min(2, availableParallelism());

export const reconcileCommand: Command = {
  name: 'reconcile',
  summary: 'compare the books of a hospital as files, no servers needed',
  usage: `duizhang reconcile --merchant FILE… --platform FILE… --channel FILE… [--date D] [--out FILE] [--json]

Compares three books (三方对账), or two: --platform with --channel (两方对账), --platform with --merchant.
A file is a bill in any known format (duizhang bill --help), plain or gzip or zip; several files make one book.

  --date D     only what belongs to this business date (YYYY-MM-DD); otherwise everything in the files
  --out FILE   write the result as .xlsx, .csv (the exceptions) or .json
  --json       the result as JSON on stdout

Exit code 0: balanced; 1: exceptions or rows in error; 2: a file was refused.
`,
  async run(args, io) {
    const request = readReconcileArgs(args);
    const { files, notes } = await openFiles(request, io.cwd);
    for (const note of notes) io.stderr(`${note}\n`);
    const reconciled = await reconcile(files, {
      mode: request.mode,
      date: request.date,
      rules: DEFAULT_RULES,
    });
    io.stderr(errorLines(reconciled));
    if (request.out) {
      const path = resolve(io.cwd, request.out.path);
      await writeWhole(path, await contentOf(reconciled, request.out.format));
      io.stderr(`written to ${path}\n`);
    }
    io.stdout(request.json ? jsonOfFiles(reconciled) : textOfFiles(reconciled));
    return reconciled.result.outcome === 'BALANCED' && reconciled.errorCount === 0 ? 0 : 1;
  },
};

async function openFiles(request: ReconcileRequest, cwd: string) {
  const files: InputFile[] = [];
  for (const { book, path } of request.files) files.push(await inputFile(book, path, resolve(cwd, path)));
  return distinctFiles(files);
}

async function reconcile(files: readonly InputFile[], options: ReconcileOptions): Promise<ReconciledFiles> {
  const result = await reconcilePlain(files, options, { threads: THREADS });
  if (result !== null) return { result, errors: [], errorCount: 0 };
  // The readers of bills, as the writer of workbooks below, are loaded only where they are needed: it halves the start.
  const { reconcileAny } = await import('./reconcileAny.ts');
  return reconcileAny(files, options);
}

async function contentOf(reconciled: ReconciledFiles, format: 'XLSX' | 'CSV' | 'JSON') {
  switch (format) {
    case 'XLSX':
      return (await import('../../adapters/files/xlsx.ts')).xlsxOf(sheetsOf(reconciled));
    case 'CSV':
      return csvOf(exceptionSheet(reconciled));
    case 'JSON':
      return jsonOfFiles(reconciled);
  }
}
