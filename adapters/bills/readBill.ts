import type { Channel } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { BillLine, BillReader, BillReport } from '../../domain/ports.ts';
import { decodeOpening, type ByteText } from './byteText.ts';
import type { BillFormat, BillParser, FooterCheck, Opening, PartRole } from './format.ts';
import { BILL_FORMATS } from './formats.ts';
import { DEFAULT_UNPACK_LIMITS, type UnpackLimits } from './limits.ts';
import { lineBlocks } from './lineBlocks.ts';
import { partsOf, type BillPart } from './parts.ts';
import { RowSink } from './rowSink.ts';

/** The port's report, and how far the bill could be checked against itself. */
export type CheckedBillReport = BillReport & {
  /** COUNTS_ONLY: a row's amount was unreadable, so that some of the bill's sums could not be compared. */
  readonly footer: FooterCheck;
  /** Rows that are neither payment nor refund; they are in `rows` and not reconciled. */
  readonly otherRows: number;
};

export type BillReadHints = { readonly channel?: Channel; readonly limits?: UnpackLimits };

/**
 * Reads a bill of any known format. `lines` has to be read to its end for `report` to settle; when reading stops early
 * the report rejects with DZ_BILL_NOT_READ. A refused bill rejects both with the same error, and lines that were handed
 * out before are void. The texts of a line refer to the block they were cut from: keep copies, not lines, for long.
 */
export function readBill(
  bytes: AsyncIterable<Uint8Array>,
  hints: BillReadHints,
): { readonly lines: AsyncIterable<readonly BillLine[]>; readonly report: Promise<CheckedBillReport> } {
  const { promise, resolve, reject } = Promise.withResolvers<CheckedBillReport>();
  // Who reads only the lines learns of a refusal there; the report's rejection must not bring the process down.
  promise.catch(() => undefined);
  const lines = async function* (): AsyncGenerator<readonly BillLine[]> {
    try {
      const reading = new BillReading(hints.channel ?? null);
      for await (const part of partsOf(bytes, hints.limits ?? DEFAULT_UNPACK_LIMITS))
        yield* reading.read(part);
      resolve(reading.finish());
    } catch (error) {
      reject(error);
      throw error;
    } finally {
      // Without effect when the bill was read to its end.
      reject(new DuizhangError('DZ_BILL_NOT_READ', 'reading of the bill was stopped before its end'));
    }
  };
  return { lines: lines(), report: promise };
}

readBill satisfies BillReader;

/** One bill under reading: the parts of an archive are one bill of one format. */
class BillReading {
  readonly #sink: RowSink;
  readonly #emptyParts: string[] = [];
  #format: BillFormat | null = null;
  #parser: BillParser | null = null;

  constructor(channelHint: Channel | null) {
    this.#sink = new RowSink(channelHint);
  }

  async *read(part: BillPart): AsyncGenerator<readonly BillLine[]> {
    const sink = this.#sink;
    let parser: BillParser | null = null;
    let lineNo = 0;
    for await (const text of lineBlocks(part.bytes)) {
      let at = lineNo === 0 && text.startsWith('\xef\xbb\xbf') ? 3 : 0;
      while (at < text.length) {
        const feed = text.indexOf('\n', at);
        const next = feed < 0 ? text.length : feed + 1;
        let end = feed < 0 ? text.length : feed;
        if (end > at && text.charCodeAt(end - 1) === 13) end -= 1;
        lineNo += 1;
        if (end > at) {
          if (parser === null) {
            const begun = this.#begin(text.slice(at, end), part.name);
            if (begun.role === 'IGNORED') return;
            parser = begun.parser;
          }
          parser.line(text, at, end, lineNo);
        }
        at = next;
      }
      if (sink.hasLines) yield sink.take();
    }
    if (parser === null) this.#emptyParts.push(part.name ?? '');
    else parser.endPart();
    if (sink.hasLines) yield sink.take();
  }

  #begin(firstLine: ByteText, partName: string | null): { role: PartRole; parser: BillParser } {
    const opening: Opening = { ...decodeOpening(firstLine), bytes: firstLine, partName };
    for (const format of BILL_FORMATS) {
      const role = format.recognise(opening);
      if (role === null) continue;
      const parser = this.#parserOf(format);
      if (role !== 'IGNORED') parser.beginPart(opening, role);
      return { role, parser };
    }
    throw unknownFormat(opening);
  }

  #parserOf(format: BillFormat): BillParser {
    if (this.#parser !== null && this.#format === format) return this.#parser;
    if (this.#format !== null) {
      throw new DuizhangError(
        'DZ_BILL_UNKNOWN_FORMAT',
        `the archive holds bills of two formats, ${this.#format.name} and ${format.name}; import them one by one`,
      );
    }
    const asked = this.#sink.channelHint;
    if (asked !== null && format.channel !== null && format.channel !== asked) {
      throw new DuizhangError(
        'DZ_BILL_CHANNEL_MISMATCH',
        `the file is a bill of ${format.channel} (${format.name}), not of ${asked}; name the right file or channel`,
      );
    }
    this.#format = format;
    this.#parser = format.open(this.#sink);
    return this.#parser;
  }

  finish(): CheckedBillReport {
    const named = this.#emptyParts.find((name) => name !== '');
    if (this.#parser === null && named !== undefined) {
      const format = BILL_FORMATS.find((f) => this.#emptyParts.some((name) => f.isEmptyPart?.(name)));
      if (format) this.#parserOf(format);
    }
    if (this.#parser === null || this.#format === null) {
      throw new DuizhangError(
        'DZ_BILL_EMPTY_FILE',
        'the file is empty (0 bytes of text); fetch the bill again',
      );
    }
    const sink = this.#sink;
    const facts = this.#parser.finish();
    return {
      format: this.#format.name,
      billType: facts.billType,
      billDate: facts.statedDate ?? sink.onlyDate,
      merchantNo: facts.merchantNo,
      rows: sink.rows,
      payments: sink.payments,
      refunds: sink.refunds,
      paymentFen: sink.paymentFen,
      refundFen: sink.refundFen,
      empty: sink.rows === 0,
      errorCount: sink.errorCount,
      errors: sink.errors,
      footer: facts.footer,
      otherRows: sink.otherRows,
    };
  }
}

function unknownFormat(opening: Opening): DuizhangError {
  const known = BILL_FORMATS.map((format) => `${format.name}: ${format.looksLike}`).join('; ');
  return new DuizhangError(
    'DZ_BILL_UNKNOWN_FORMAT',
    `no known bill begins with "${opening.text.slice(0, 80)}"${opening.partName === null ? '' : ` (in ${opening.partName})`}. ` +
      `Known are ${known}`,
  );
}
