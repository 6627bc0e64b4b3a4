import type { Channel } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { BillLine, BillReader, BillReport } from '../../domain/ports.ts';
import { channelOfFormat } from '../channelOfFormat.ts';
import type { BookFile, ReconciledFiles } from './books.ts';
import { FILES_MERCHANT } from './books.ts';

/**
 * Reads a file of a book to its end.
 * @throws the DuizhangError of a refused file, naming it
 */
export async function readBook(
  file: BookFile,
  readBill: BillReader,
  put: (line: BillLine) => void,
): Promise<BillReport> {
  try {
    const place = { merchantId: FILES_MERCHANT, book: file.book };
    const channel = file.channel === null ? {} : { channel: file.channel };
    const bill = readBill(file.open(), { place, ...channel });
    for await (const lines of bill.lines) for (const line of lines) put(line);
    const report = await bill.report;
    checkBook(file, report);
    return report;
  } catch (error) {
    if (!(error instanceof DuizhangError)) throw error;
    throw new DuizhangError(error.code, `${file.name}: ${error.message}`, {
      cause: error,
      messageZh: error.messageZh === null ? null : `${file.name}：${error.messageZh}`,
    });
  }
}

/** What is to be said of the files beside their rows. */
export function saidOfFiles(
  reports: readonly (readonly [BookFile, BillReport])[],
): Omit<ReconciledFiles, 'result'> {
  const errors = reports.flatMap(([file, report]) =>
    report.errors.map(({ line, code, message }) => ({ file: file.name, line, code, message })),
  );
  return {
    errors,
    errorCount: reports.reduce((sum, [, report]) => sum + report.errorCount, 0),
    foreignRows: reports.reduce((sum, [, report]) => sum + report.foreignRows, 0),
    billChannels: channelsOf(reports),
  };
}

function channelsOf(reports: readonly (readonly [BookFile, BillReport])[]): ReadonlySet<Channel> | null {
  const channels = reports
    .filter(([{ book }]) => book === 'CHANNEL')
    .map(([file, { format }]) => file.channel ?? channelOfFormat(format));
  const known = channels.filter((channel) => channel !== null);
  return known.length === channels.length ? new Set(known) : null;
}

/** A channel's bill in the place of another book, or a file without one good row, would make everything a difference. */
function checkBook(file: BookFile, report: BillReport): void {
  const channel = channelOfFormat(report.format);
  if (channel !== null && file.book !== 'CHANNEL') {
    throw new DuizhangError(
      'DZ_BILL_WRONG_BOOK',
      `it is a bill of ${channel} (${report.format}), not a ${file.book} book; give it behind --channel`,
    );
  }
  if (report.accountOnly) {
    throw new DuizhangError(
      'DZ_BILL_NO_BOOK',
      `it is an account bill (${report.format}), whose rows are movements of the balance; give the trade bill instead`,
      { messageZh: '这是账务/资金账单，其明细为资金流水，请改用交易（业务）账单' },
    );
  }
  const [first] = report.errors;
  if (!first || report.errorCount < report.rows) return;
  throw new DuizhangError(
    'DZ_BILL_NO_GOOD_ROW',
    `none of its ${report.rows} rows could be read, the first for this reason: line ${first.line}, ${first.message}`,
  );
}
