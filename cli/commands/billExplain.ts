import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { MAX_DECIMALS, textOfExact } from '../../adapters/bills/decimal.ts';
import { explainLine, type FoundLine, type LineExplanation } from '../../adapters/bills/explainLine.ts';
import { adviceOf } from '../../adapters/bills/rowAdvice.ts';
import { readBill } from '../../adapters/bills/readBill.ts';
import { readChunks } from '../../adapters/files/readChunks.ts';
import { businessDateOf, localOfInstant } from '../../domain/businessDate.ts';
import type { Book, Entry } from '../../domain/entry.ts';
import { BOOKS, CHANNELS, identityOf, keyPartOf } from '../../domain/entry.ts';
import { yuanOfFen } from '../../domain/money.ts';
import type { BillHints, BillLine } from '../../domain/ports.ts';
import { channelOfFormat } from '../../pipeline/channelOfFormat.ts';
import { BillDesk } from '../billDesk.ts';
import type { CommandIo, ExitCode } from '../command.ts';
import { refusalOf, tellRefusal } from '../tellRefusal.ts';
import { billUsage } from './billWords.ts';

/** Whose line it is, as far as the caller knows. */
type Place = {
  readonly merchantId: string;
  /** null: told by the format. */
  readonly book: Book | null;
  readonly cutOffMs: number;
};

/** `bill explain FILE LINE` and `bill explain --bill ID LINE` @returns 1 when the line is in error */
export async function explainBillLine(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { file, bill: id, line, book, hints, json } = argsOf(args);
  return tellRefusal(json, io, async () => {
    if (id === null) {
      const open = () => readChunks(resolve(io.cwd, file), file);
      return tell(
        await explainLine(open, line, hints, readBill),
        { merchantId: '', book, cutOffMs: 0 },
        json,
        io,
      );
    }
    await using desk = new BillDesk(io);
    const bill = await desk.bill(id);
    const { rules, channels } = desk.merchant(bill.merchantId);
    const { origin } = bill;
    const asImported: BillHints = {
      place: { merchantId: bill.merchantId, book: bill.book },
      own: channels,
      ...(bill.channel === null ? {} : { channel: bill.channel }),
      ...(origin?.isDateGiven ? { date: bill.businessDate } : {}),
    };
    const open = () => desk.archive.read(origin?.sha256 ?? bill.billId);
    const place = { merchantId: bill.merchantId, book: bill.book, cutOffMs: rules.cutOffMs };
    return tell(await explainLine(open, line, asImported, desk.readBill), place, json, io);
  });
}

function argsOf(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      bill: { type: 'string' },
      book: { type: 'string' },
      channel: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const names = values.bill === undefined ? positionals : ['', ...positionals];
  const [file, lineText, ...surplus] = names;
  if (file === undefined || lineText === undefined || surplus.length > 0) {
    throw billUsage('name a file and a line, or --bill ID and a line');
  }
  if (!/^[1-9]\d{0,9}$/.test(lineText)) throw billUsage(`"${lineText}" is no line; they are counted from 1`);
  const book = BOOKS.find((known) => known === values.book?.toUpperCase()) ?? null;
  if (values.book !== undefined && book === null)
    throw billUsage(`--book ${values.book} is none of ${BOOKS.join(', ')}`);
  const channel = CHANNELS.find((known) => known === values.channel?.toUpperCase());
  if (values.channel !== undefined && channel === undefined) {
    throw billUsage(`--channel ${values.channel} is none of ${CHANNELS.join(', ')}`);
  }
  const hints: BillHints = channel === undefined ? {} : { channel };
  return { file, bill: values.bill ?? null, line: Number(lineText), book, hints, json: values.json };
}

function tell(explained: LineExplanation, place: Place, json: boolean, io: CommandIo): ExitCode {
  const became = explained.lines.map((line) => becameOf(line, explained, place));
  io.stdout(json ? `${JSON.stringify(jsonOf(explained, became))}\n` : textOf(explained, became));
  return explained.errors.length > 0 || explained.refusal !== null ? 1 : 0;
}

/** What a line is in the ledger. */
type Became = { readonly entry: Entry; readonly feeYuan: string | null; readonly settledYuan: string | null };

function becameOf(line: BillLine, { report, found }: LineExplanation, place: Place): Became {
  const format = report?.format ?? found[0]?.format ?? '';
  const { feeMilliFen = null, settledFen = null, line: lineNo, ...facts } = line;
  const entry: Entry = {
    ...facts,
    book: place.book ?? (channelOfFormat(format) === null ? 'PLATFORM' : 'CHANNEL'),
    merchantId: place.merchantId,
    businessDate: businessDateOf(line.occurredAtMs, place.cutOffMs),
    source: 'BILL',
    sourceRef: `line ${lineNo}`,
  };
  return {
    entry,
    feeYuan: feeMilliFen === null ? null : textOfExact(feeMilliFen, MAX_DECIMALS),
    settledYuan: settledFen === null ? null : yuanOfFen(settledFen),
  };
}

function factsOf({ entry, feeYuan, settledYuan }: Became): Readonly<Record<string, string | null>> {
  return {
    book: entry.book,
    kind: entry.kind,
    orderNo: entry.orderNo,
    refundNo: entry.refundNo,
    amountYuan: yuanOfFen(entry.amountFen),
    occurredAt: localOfInstant(entry.occurredAtMs),
    businessDate: entry.businessDate,
    channel: entry.channel,
    channelTxnNo: entry.channelTxnNo,
    hisOrderNo: entry.hisOrderNo,
    businessType: entry.businessType,
    feeYuan,
    settledYuan,
    identity: identityOf(entry),
    keyPart: keyPartOf(entry),
  };
}

function jsonOf({ line, found, errors, refusal, report }: LineExplanation, became: readonly Became[]) {
  return {
    line,
    format: report?.format ?? found[0]?.format ?? null,
    found,
    entries: became.map(factsOf),
    errors: errors.map((error) => ({ ...error, advice: adviceOf(error.code) })),
    refusal: refusal === null ? null : refusalOf(refusal),
  };
}

const WIDTH = 20;

function textOf(explained: LineExplanation, became: readonly Became[]): string {
  const { line, found, errors, refusal } = explained;
  const lines = found.flatMap((there) => foundText(there, line));
  for (const one of became) {
    lines.push('it became the entry');
    for (const [name, value] of Object.entries(factsOf(one))) lines.push(`  ${padded(name)} ${value ?? '-'}`);
  }
  for (const { code, message, messageZh } of errors) {
    const advice = adviceOf(code);
    lines.push(`it is in error: ${code} ${message}`, `  ${messageZh ?? ''}`);
    if (advice) lines.push(`what to do: ${advice.en}`, `  ${advice.zh}`);
  }
  if (refusal)
    lines.push(
      `the file is refused as a whole: ${refusal.code} ${refusal.message}`,
      `  ${refusal.messageZh ?? ''}`,
    );
  if (became.length === 0 && errors.length === 0 && refusal === null) lines.push(nothingText(found));
  return `${lines.join('\n')}\n`;
}

function foundText({ part, format, raw, columns }: FoundLine, line: number): readonly string[] {
  const where = part === null ? '' : ` of ${part}`;
  return [
    `line ${line}${where} (${format ?? 'no known format'})`,
    `  ${raw}`,
    ...columns.map(({ header, meaning, aliases, value }) => {
      const also = aliases.filter((name) => name !== header);
      const read =
        meaning === null
          ? 'not read'
          : `${meaning}${also.length > 0 ? `, also called ${also.join(', ')}` : ''}`;
      return `  ${padded(header || '(beyond the header)')} ${value}  [${read}]`;
    }),
  ];
}

/** Chinese takes two columns of a terminal a character. */
function padded(text: string): string {
  const wide = Array.from(text).filter((char) => char > '\u2e7f').length;
  return text + ' '.repeat(Math.max(0, WIDTH - text.length - wide));
}

function nothingText(found: readonly FoundLine[]): string {
  return found.some(({ isHeader }) => isHeader)
    ? 'it is the header: its names say which column is what'
    : 'it became no entry and no error: a title, a total, or a row that is counted and not reconciled (neither payment nor refund, or not the hospital’s own)';
}
