import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CHANNELS, type Book, type Channel } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { yuanOfFen } from '../../domain/money.ts';
import { MAX_DECIMALS, textOfExact } from '../../adapters/bills/decimal.ts';
import { billReader } from '../../adapters/bills/billReader.ts';
import type { CheckedBillReport } from '../../adapters/bills/readBill.ts';
import type { BillHints } from '../../domain/ports.ts';
import { readChunks } from '../../adapters/files/readChunks.ts';
import type { Command, CommandIo, ExitCode } from '../command.ts';
import { sizeOf, withProgress } from '../progressBar.ts';
import { tellRefusal } from '../tellRefusal.ts';
import { givenConfigPath, merchantOf } from './merchantOf.ts';

const USAGE = `Usage:
  duizhang bill parse FILE [--channel WECHAT|ALIPAY|UNIONPAY] [--merchant H [--book merchant|platform]] [--json]
      Detects the format of a bill, reads it and checks its own totals. With --merchant as that hospital's: rows of
      others under a shared number are told apart, and its own files are read as duizhang.config.yaml maps them.
      Exit code 0: every row was read; 1: some rows have errors; 2: the file is refused.
  duizhang bill explain FILE LINE [--channel C] [--book B] [--json]
  duizhang bill explain --bill ID LINE [--json]
      One line: its columns, what each was recognised as, and the entry it became, or what is wrong and what to do.
      Lines are counted from 1 in the unpacked text. Exit code 1: the line is in error.
  duizhang bill diff A B [--channel C] [--limit N] [--json]
      Two bills row by row, in any order: files, or ids of bills on record (as they were read then). Of any size; lists
      the first N differences (1000, at most 100000) and counts all.
      Exit code 0: no difference; 1: differences; 2: a bill cannot be read.

In the running system:
  duizhang bill import FILE… --merchant H --book merchant|platform|channel [--channel C] [--date D] [--json]
      Keeps the file's bytes and imports the bill. The same bill again changes nothing. Several files are one bill: a
      book's payments and its refunds, say.
  duizhang bill handled ID --merchant H --note TEXT [--by NAME]
      Rows that could not be read keep their day from closing until somebody has looked at them, and says so here, or
      a corrected bill is imported.
  duizhang bill list --merchant H --date D [--json]
      The bills on record of a day, the latest first, and which of them count.
  duizhang bill get ID --out FILE [--json]
      The original bytes, held against their SHA-256; of refused files as well.
  duizhang bill use ID [--merchant H] [--book B] [--json]
      Makes an earlier bill of its day count again.
  duizhang bill reimport (--bill ID [--book B] | --merchant H --date D) [--json]
      Reads kept bytes with today's reader and configuration. Other rows become a new version that counts from then on.
      Exit code 0: the same rows; 1: a bill has other rows now.

An ID is the beginning of a bill's SHA-256, of 6 characters or more.`;

type Run = (args: readonly string[], io: CommandIo) => Promise<ExitCode>;

/** Loaded when called for: reading a file needs none of the running system's clients. */
const SUBCOMMANDS: Readonly<Record<string, (() => Promise<Run>) | undefined>> = {
  parse: () => Promise.resolve(parseBill),
  explain: async () => (await import('./billExplain.ts')).explainBillLine,
  diff: async () => (await import('./billDiff.ts')).diffTwoBills,
  import: async () => (await import('./billImport.ts')).runBillImport,
  handled: async () => (await import('./billHandled.ts')).runBillHandled,
  list: async () => (await import('./billOnRecord.ts')).listBills,
  get: async () => (await import('./billOnRecord.ts')).getBill,
  use: async () => (await import('./billOnRecord.ts')).useBillAgain,
  reimport: async () => (await import('./billOnRecord.ts')).reimport,
};

export const billCommand: Command = {
  name: 'bill',
  summary: 'read, import, compare and explain bills',
  usage: USAGE,
  async run(args, io) {
    const [name, ...rest] = args;
    const load = name === undefined ? undefined : SUBCOMMANDS[name];
    if (load) return (await load())(rest, io);
    const known = Object.keys(SUBCOMMANDS).join(', ');
    throw badUsage(name === undefined ? `say what: ${known}` : `there is no "bill ${name}": ${known}`);
  },
};

type ParseArgs = {
  readonly file: string;
  readonly channel: Channel | null;
  /** Whose bill it is, and of which book. */
  readonly place: { readonly merchantId: string; readonly book: Book } | null;
  readonly json: boolean;
};

async function parseBill(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const request = parseArguments(args);
  const { file, json } = request;
  return tellRefusal(json, io, async () => {
    const path = resolve(io.cwd, file);
    const bytes = withProgress(
      readChunks(path, file),
      'reading',
      sizeOf(path),
      json ? { stderr: io.stderr } : io,
    );
    const report = await reportOf(bytes, request, io);
    io.stdout(json ? `${JSON.stringify(jsonOf(report))}\n` : tableOf(file, report));
    return report.errorCount > 0 ? 1 : 0;
  });
}

function parseArguments(args: readonly string[]): ParseArgs {
  const { values, positionals } = parsed(args);
  const [file, ...surplus] = positionals;
  if (file === undefined || surplus.length > 0) throw badUsage('name one bill file');
  const channel = CHANNELS.find((candidate) => candidate === values.channel?.toUpperCase()) ?? null;
  if (values.channel !== undefined && channel === null) {
    throw badUsage(`--channel ${values.channel} is none of ${CHANNELS.join(', ')}`);
  }
  return { file, channel, place: placeOf(values), json: values.json ?? false };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        channel: { type: 'string' },
        merchant: { type: 'string' },
        book: { type: 'string' },
        json: { type: 'boolean' },
      },
      allowPositionals: true,
    });
  } catch (cause) {
    throw badUsage(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function badUsage(why: string, cause?: unknown): DuizhangError {
  return new DuizhangError('DZ_USAGE', `${why}\n${USAGE}`, { cause });
}

const OWN_BOOKS: Readonly<Record<string, Book>> = {
  merchant: 'MERCHANT',
  platform: 'PLATFORM',
  channel: 'CHANNEL',
};

function placeOf({ merchant, book }: { merchant?: string; book?: string }): ParseArgs['place'] {
  if (merchant === undefined) {
    if (book === undefined) return null;
    throw badUsage(`--book ${book} needs --merchant: whose book is it?`);
  }
  const found = OWN_BOOKS[book?.toLowerCase() ?? 'channel'];
  if (found === undefined) throw badUsage(`--book ${book} is none of merchant, platform, channel`);
  return { merchantId: merchant, book: found };
}

async function reportOf(
  bytes: AsyncIterable<Uint8Array>,
  { channel, place }: ParseArgs,
  io: CommandIo,
): Promise<CheckedBillReport> {
  const hints: BillHints = channel === null ? {} : { channel };
  const { lines, report } =
    place === null ? billReader(new Map())(bytes, hints) : await asOwn(bytes, hints, place, io);
  for await (const batch of lines) void batch;
  return report;
}

/** Only what is a hospital's own needs the configuration. */
async function asOwn(
  bytes: AsyncIterable<Uint8Array>,
  hints: BillHints,
  place: NonNullable<ParseArgs['place']>,
  io: CommandIo,
) {
  const { loadConfig } = await import('../../adapters/config/loadConfig.ts');
  const config = loadConfig(givenConfigPath(io));
  const { channels } = merchantOf(config, place.merchantId);
  return billReader(config.books)(bytes, { ...hints, place, own: channels });
}

function jsonOf(report: CheckedBillReport) {
  return {
    format: report.format,
    billType: report.billType,
    billDate: report.billDate,
    rows: report.rows,
    payments: report.payments,
    refunds: report.refunds,
    paymentFen: report.paymentFen.toString(),
    refundFen: report.refundFen.toString(),
    empty: report.empty,
    merchantNo: report.merchantNo,
    otherRows: report.otherRows,
    foreignRows: report.foreignRows,
    foreignPaymentFen: report.foreignPaymentFen.toString(),
    foreignRefundFen: report.foreignRefundFen.toString(),
    feeYuan: feeTextOf(report),
    accountOnly: report.accountOnly,
    footer: report.footer,
    ...(report.unreadSheets === undefined ? {} : { unreadSheets: report.unreadSheets }),
    errorCount: report.errorCount,
    errors: report.errors,
  };
}

function feeTextOf({ feeMilliFen }: CheckedBillReport): string | null {
  return feeMilliFen === null ? null : textOfExact(feeMilliFen, MAX_DECIMALS);
}

function foreignFacts({ foreignRows, foreignPaymentFen, foreignRefundFen }: CheckedBillReport) {
  if (foreignRows === 0) return [];
  const sums = `payments ${yuanOfFen(foreignPaymentFen)}, refunds ${yuanOfFen(foreignRefundFen)} yuan`;
  return [['of others', `${foreignRows} rows under the same number: ${sums}`] as const];
}

const FOOTER_WORDS: Record<CheckedBillReport['footer'], string> = {
  VERIFIED: "the bill's own totals agree with its rows",
  PARTIAL:
    'what the bill states agrees with its rows, but not every amount to reconcile is in a total of its own',
  COUNTS_ONLY: "the bill's counts agree; sums with unreadable amounts in them were not compared",
  NONE: 'the bill has no totals that could be compared',
};
/** The rest is in the JSON form. */
const SHOWN_ERRORS = 20;

function tableOf(file: string, report: CheckedBillReport): string {
  const facts: (readonly [string, string])[] = [
    ['file', file],
    ['format', `${report.format} (${report.billType})`],
    ['bill date', report.billDate ?? 'not stated, or several days'],
    ['merchant no.', report.merchantNo ?? 'not stated'],
    ['rows', `${report.rows}${report.empty ? ' (a day without trade)' : ''}`],
    ['payments', `${report.payments}  ${yuanOfFen(report.paymentFen)} yuan`],
    ['refunds', `${report.refunds}  ${yuanOfFen(report.refundFen)} yuan`],
    ['other rows', `${report.otherRows}${report.accountOnly ? ' (an account bill: no book)' : ''}`],
    ['fees', report.feeMilliFen === null ? 'none named' : `${feeTextOf(report)} yuan`],
    ...foreignFacts(report),
    ...(report.unreadSheets ?? []).map((name) => ['not read', `the sheet ${name}`] as const),
    ['row errors', `${report.errorCount}`],
    ['totals', FOOTER_WORDS[report.footer]],
  ];
  const errors = report.errors
    .slice(0, SHOWN_ERRORS)
    .flatMap(({ line, code, message, messageZh }) => [
      `line ${line}: ${code} ${message}`,
      `  第${line}行：${messageZh ?? ''}`,
    ]);
  if (report.errorCount > SHOWN_ERRORS)
    errors.push(`… and ${report.errorCount - SHOWN_ERRORS} more (--json)`);
  return [...facts.map(([name, value]) => `${name.padEnd(13)}${value}`), ...errors].join('\n') + '\n';
}
