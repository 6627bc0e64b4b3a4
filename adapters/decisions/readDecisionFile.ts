import { createHash } from 'node:crypto';
import type { DecisionFile, DecisionRow } from '../../domain/decisionSheet.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { DEFAULT_UNPACK_LIMITS } from '../bills/limits.ts';
import type { Sheet, Workbook } from '../bills/mapped/workbook.ts';
import { isWorkbook, partOf, readWorkbook } from '../bills/mapped/workbook.ts';
import { SheetReader } from '../bills/mapped/sheetReader.ts';
import { xmlPieces } from '../bills/mapped/xmlReader.ts';
import type { OpenZip } from '../bills/openZip.ts';
import { openZip } from '../bills/openZip.ts';
import { DecisionSheet } from './decisionSheet.ts';

/** Each is an action of its own; a month of a large hospital has fewer exceptions. */
const MAX_DECISIONS = 10_000;

/**
 * Reads the decisions that somebody has written into an exported list of exceptions. Hidden sheets are not read.
 * @throws DZ_DECISIONS_FILE when it is no workbook that can be read, DZ_DECISIONS_COLUMNS when columns are missing,
 *   DZ_DECISIONS_MERGED, DZ_DECISIONS_TOO_MANY
 */
export async function readDecisionFile(
  bytes: AsyncIterable<Uint8Array>,
  maxDecisions = MAX_DECISIONS,
): Promise<DecisionFile> {
  const sum = createHash('sha256');
  async function* summed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      sum.update(chunk);
      yield chunk;
    }
  }
  const read = await asDecisions(async () => {
    const zip = await openZip(summed(), DEFAULT_UNPACK_LIMITS);
    try {
      if (!isWorkbook(zip.names)) throw noWorkbook('it is an archive of other files');
      return await readSheets(zip, maxDecisions);
    } finally {
      await zip.close();
    }
  });
  return { sha256: sum.digest('hex'), ...read };
}

async function readSheets(zip: OpenZip, maxDecisions: number): Promise<Omit<DecisionFile, 'sha256'>> {
  const workbook = await readWorkbook(zip);
  const rows: DecisionRow[] = [];
  let leftEmpty = 0;
  let nearest: DecisionSheet | null = null;
  let isFound = false;
  for (const sheet of workbook.sheets.filter(({ isHidden }) => !isHidden)) {
    const reading = new DecisionSheet(sheet.name, (row) => {
      if (rows.push(row) > maxDecisions) throw tooMany(maxDecisions);
    });
    await readSheet(zip, workbook, sheet, reading);
    isFound ||= reading.hasHeader;
    leftEmpty += reading.leftEmpty;
    if (nearest === null || reading.columnsFound > nearest.columnsFound) nearest = reading;
  }
  if (!isFound) throw nearest === null ? noWorkbook('every sheet of it is hidden') : nearest.lackOfColumns();
  return { rows, leftEmpty };
}

async function readSheet(
  zip: OpenZip,
  workbook: Workbook,
  { part }: Sheet,
  reading: DecisionSheet,
): Promise<void> {
  const reader = new SheetReader(part, workbook.strings, (row) => reading.row(row));
  for await (const _ of xmlPieces(partOf(zip, part), part, reader)) {
    // A sheet of other things: what stands below is not looked at.
    if (reading.isOfOtherThings) return;
  }
  for (const area of reader.merges) reading.checkMerged(area);
}

/** The reader of workbooks speaks of bills. */
async function asDecisions<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof DuizhangError && cause.code.startsWith('DZ_BILL_')) {
      throw noWorkbook(cause.message, cause);
    }
    throw cause;
  }
}

function noWorkbook(why: string, cause?: unknown): DuizhangError {
  return new DuizhangError(
    'DZ_DECISIONS_FILE',
    `the file is no .xlsx workbook that can be read: ${why}; fill in an export (./duizhang export exceptions … --out FILE.xlsx)`,
    { cause, messageZh: '文件不是可读取的.xlsx工作簿，请在导出的异常明细.xlsx中填写后导入' },
  );
}

function tooMany(most: number): DuizhangError {
  return new DuizhangError(
    'DZ_DECISIONS_TOO_MANY',
    `more than ${most} rows are filled in; import them in several files`,
    { messageZh: `填写的行超过${most}行，请分多个文件导入` },
  );
}
