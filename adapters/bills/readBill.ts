import type { Channel } from '../../domain/entry.ts';
import type { DuizhangError } from '../../domain/errors.ts';
import { CHANNEL_LABELS } from '../../domain/labels.ts';
import type { BillHints, BillLine, BillReader, BillReport } from '../../domain/ports.ts';
import type { Words } from '../../domain/words.ts';
import { decodeOpening, type ByteText } from './byteText.ts';
import type { BillFacts, BillFormat, BillParser, Opening, PartRole } from './format.ts';
import { BILL_FORMATS } from './formats.ts';
import { DEFAULT_UNPACK_LIMITS, type UnpackLimits } from './limits.ts';
import { lineBlocks } from './lineBlocks.ts';
import { refusal, sayIn } from './messages.ts';
import { partsOf, type BillPart } from './parts.ts';
import { reading } from './reading.ts';
import { RowSink } from './rowSink.ts';

export type CheckedBillReport = BillReport;

export type BillReadHints = BillHints & { readonly limits?: UnpackLimits };

/**
 * Reads a bill of any known format. `lines` has to be read to its end for `report` to settle; when reading stops early
 * the report rejects with DZ_BILL_NOT_READ. A refused bill rejects both with the same error, and lines that were handed
 * out before are void. The texts of a line refer to the block they were cut from: keep copies, not lines, for long.
 */
export function readBill(
  bytes: AsyncIterable<Uint8Array>,
  hints: BillReadHints,
): { readonly lines: AsyncIterable<readonly BillLine[]>; readonly report: Promise<CheckedBillReport> } {
  return reading(() => {
    const bill = new BillReading(hints);
    return { lines: bill.readAll(bytes, hints.limits ?? DEFAULT_UNPACK_LIMITS), finish: () => bill.finish() };
  });
}

readBill satisfies BillReader;

/** One bill under reading: the parts of an archive are one bill of one format. */
class BillReading {
  readonly #sink: RowSink;
  readonly #emptyParts: string[] = [];
  #format: BillFormat | null = null;
  #parser: BillParser | null = null;

  constructor(hints: BillHints) {
    this.#sink = new RowSink(hints);
  }

  async *readAll(
    bytes: AsyncIterable<Uint8Array>,
    limits: UnpackLimits,
  ): AsyncGenerator<readonly BillLine[]> {
    for await (const part of partsOf(bytes, limits)) yield* this.#read(part);
    yield* this.#heldLines();
  }

  async *#read(part: BillPart): AsyncGenerator<readonly BillLine[]> {
    if (part.kind === 'WORKBOOK') throw refusal('workbookUnmapped', {});
    const sink = this.#sink;
    let parser: BillParser | null = null;
    let lineNo = 0;
    let isCut = false;
    for await (const text of lineBlocks(part.bytes)) {
      let at = lineNo === 0 && text.startsWith('\xef\xbb\xbf') ? 3 : 0;
      while (at < text.length) {
        const feed = text.indexOf('\n', at);
        const next = feed < 0 ? text.length : feed + 1;
        let end = feed < 0 ? text.length : feed;
        if (end > at && text.charCodeAt(end - 1) === 13) end -= 1;
        isCut = feed < 0;
        lineNo += 1;
        if (end > at) {
          parser ??= this.#begin(text.slice(at, end), part.name);
          parser.line(text, at, end, lineNo);
        }
        at = next;
      }
      if (sink.hasLines) yield sink.take();
    }
    if (parser === null) this.#emptyParts.push(part.name ?? '');
    else parser.endPart(isCut);
    if (sink.hasLines) yield sink.take();
  }

  #begin(firstLine: ByteText, partName: string | null): BillParser {
    const opening: Opening = { ...decodeOpening(firstLine), bytes: firstLine, partName };
    for (const format of BILL_FORMATS) {
      const role = format.recognise(opening);
      if (role !== null) return this.#beginPart(format, opening, role);
    }
    throw unknownFormat(opening);
  }

  #beginPart(format: BillFormat, opening: Opening, role: PartRole): BillParser {
    const parser = this.#parserOf(format);
    parser.beginPart(opening, role);
    return parser;
  }

  #parserOf(format: BillFormat): BillParser {
    if (this.#parser !== null && this.#format === format) return this.#parser;
    if (this.#format !== null) {
      throw refusal('twoFormats', { first: this.#format.title, second: format.title });
    }
    const asked = this.#sink.channelHint;
    const { title, channel } = format;
    if (asked !== null && channel !== null && channel !== asked) {
      throw refusal('channelMismatch', {
        channel: channelWords(channel),
        format: title,
        asked: channelWords(asked),
      });
    }
    this.#format = format;
    this.#parser = format.open(this.#sink);
    return this.#parser;
  }

  *#heldLines(): Generator<readonly BillLine[]> {
    this.#sink.finish();
    if (this.#sink.hasLines) yield this.#sink.take();
  }

  finish(): CheckedBillReport {
    if (this.#parser === null) {
      const format = BILL_FORMATS.find((f) => this.#emptyParts.some((name) => f.isEmptyPart?.(name)));
      if (format) this.#parserOf(format);
    }
    if (this.#parser === null || this.#format === null) throw refusal('emptyFile', {});
    const sink = this.#sink;
    const facts = this.#parser.finish(this.#emptyParts);
    const billDate = facts.statedDate ?? sink.date;
    this.#checkIsTheOneAsked(facts, billDate, this.#format);
    return {
      format: this.#format.name,
      parserVersion: this.#format.version,
      billType: facts.billType,
      billDate,
      merchantNo: facts.merchantNo,
      rows: sink.rows,
      payments: sink.payments,
      refunds: sink.refunds,
      otherRows: sink.otherRows,
      foreignRows: sink.foreignRows,
      ...sink.sums,
      feeMilliFen: sink.namesFees ? sink.fee.total : null,
      accountOnly: facts.accountOnly ?? false,
      empty: sink.rows === 0,
      errorCount: sink.errors.count,
      errors: sink.errors.kept,
      footer: facts.footer,
      stated: sink.stated,
    };
  }

  #checkIsTheOneAsked(facts: BillFacts, billDate: string | null, format: BillFormat): void {
    const { date: askedDate, own } = this.#sink.hints;
    if (askedDate !== undefined && billDate !== null && billDate !== askedDate) {
      throw refusal('otherDate', { found: billDate, asked: askedDate });
    }
    const asked = own?.find(({ channel }) => channel === format.channel)?.merchantNo;
    if (asked !== undefined && facts.merchantNo !== null && facts.merchantNo !== asked) {
      throw refusal('otherMerchant', { found: facts.merchantNo, asked });
    }
  }
}

function unknownFormat(opening: Opening): DuizhangError {
  const known = {
    en: BILL_FORMATS.map(({ title, looksLike }) => `${title.en}: ${sayIn('en', looksLike)}`).join('; '),
    zh: BILL_FORMATS.map(({ title, looksLike }) => `${title.zh}：${sayIn('zh', looksLike)}`).join('；'),
  };
  const part = opening.partName === null ? '' : ` (${opening.partName})`;
  return refusal('unknownFormat', { opening: opening.text.slice(0, 80), part, known });
}

function channelWords(channel: Channel): Words {
  return { en: channel, zh: CHANNEL_LABELS[channel] };
}
