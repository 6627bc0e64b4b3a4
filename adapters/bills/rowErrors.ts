import type { BillError } from '../../domain/ports.ts';
import { displayText, type ByteText } from './byteText.ts';
import { filled, refusal, ROW_MESSAGES, type Filling, type RowMessage, type Said } from './messages.ts';

/** Row errors that are kept; all are counted. */
export const MAX_KEPT_ERRORS = 10_000;
const MAX_RAW_CHARS = 500;
const MAX_SHOWN_CHARS = 60;
/** What a sentence is filled with that comes from the bill's bytes. */
const FROM_BYTES: ReadonlySet<string> = new Set(['value', 'otherValue']);

/** Where a row lies in its block of text. */
export type RowPlace = {
  text: ByteText;
  start: number;
  end: number;
  lineNo: number;
  /** Which of the detail rows it is, from 1. */
  ordinal: number;
};

/** The row errors of one bill. */
export class RowErrors {
  readonly #kept: { readonly ordinal: number; readonly error: BillError }[] = [];
  count = 0;
  /** Named in messages while an archive of several detail parts is read. */
  partName: string | null = null;

  /** In the order of their rows: a row may be found wrong when later ones were read. */
  get kept(): readonly BillError[] {
    return this.#kept.toSorted((a, b) => a.ordinal - b.ordinal).map(({ error }) => error);
  }

  add<K extends RowMessage>(place: RowPlace, message: K, filling: Filling<(typeof ROW_MESSAGES)[K]>): void {
    this.count += 1;
    if (this.#kept.length >= MAX_KEPT_ERRORS) return this.#checkAnyIsGood(place.ordinal);
    const values = shownValues(filling);
    const { en, zh } = filled(ROW_MESSAGES[message], values);
    const { text, start, end, lineNo, ordinal } = place;
    // A character of GB18030 or UTF-8 has at most four bytes.
    const raw = text.slice(start, Math.min(end, start + 4 * MAX_RAW_CHARS));
    const part = this.partName;
    const error = {
      line: lineNo,
      code: ROW_MESSAGES[message].code,
      column: typeof values['column'] === 'string' ? values['column'] : null,
      message: en + (part === null ? '' : ` (in ${part})`),
      messageZh: zh + (part === null ? '' : `（文件${part}）`),
      raw: displayText(raw).slice(0, MAX_RAW_CHARS),
    };
    this.#kept.push({ ordinal, error });
  }

  /** A file of other rows than its header promises is refused before all of it was read. */
  #checkAnyIsGood(rows: number): void {
    if (this.count < rows) return;
    const [first] = this.kept;
    if (!first) return;
    throw refusal('noGoodRow', {
      rows,
      line: first.line,
      reason: first.message,
      reasonZh: first.messageZh ?? first.message,
    });
  }
}

function shownValues(filling: Readonly<Record<string, Said>>): Record<string, Said> {
  return Object.fromEntries(
    Object.entries(filling).map(([name, value]) => [
      name,
      typeof value === 'string' && FROM_BYTES.has(name) ? shown(value) : value,
    ]),
  );
}

function shown(value: ByteText): string {
  return displayText(value.slice(0, MAX_SHOWN_CHARS));
}
