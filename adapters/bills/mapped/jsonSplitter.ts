import { MAX_LINE_BYTES } from '../lineBlocks.ts';
import { refusal } from '../messages.ts';

/**
 * Cuts JSON text into its records: the objects of one array, or objects one behind the other. Only braces and strings are
 * looked at; what is inside of a record is JSON.parse's to judge.
 */
export class JsonSplitter {
  readonly #record: (text: string) => void;
  #open = '';
  #depth = 0;
  #inString = false;
  #escaped = false;
  #shape: 'UNKNOWN' | 'ARRAY' | 'LINES' | 'END' = 'UNKNOWN';
  /** In an array: a comma, or its first record. */
  #mayBegin = true;
  #count = 0;

  constructor(record: (text: string) => void) {
    this.#record = record;
  }

  add(text: string): void {
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      if (this.#depth === 0) {
        if (this.#between(text.charAt(at))) from = at;
      } else if (this.#closes(text.charCodeAt(at))) {
        this.#emit(this.#open + text.slice(from, at + 1));
        from = at + 1;
      }
    }
    if (this.#depth > 0) this.#open += text.slice(from);
    if (this.#open.length > MAX_LINE_BYTES) throw refusal('lineTooLong', { maxLineBytes: MAX_LINE_BYTES });
  }

  #emit(record: string): void {
    this.#open = '';
    this.#count += 1;
    this.#mayBegin = this.#shape === 'LINES';
    this.#record(record);
  }

  /** @returns whether a record begins here */
  #between(char: string): boolean {
    if (/\s/.test(char)) return false;
    if (char === '{' && this.#mayBegin && this.#shape !== 'END') {
      if (this.#shape === 'UNKNOWN') this.#shape = 'LINES';
      this.#depth = 1;
      return true;
    }
    if (char === '[' && this.#shape === 'UNKNOWN') this.#shape = 'ARRAY';
    else if (char === ',' && this.#shape === 'ARRAY' && !this.#mayBegin) this.#mayBegin = true;
    else if (char === ']' && this.#shape === 'ARRAY' && (!this.#mayBegin || this.#count === 0))
      this.#shape = 'END';
    else
      throw refusal('damagedJson', { record: this.#count + 1, why: `"${char}" where an object is expected` });
    return false;
  }

  /** @returns whether the record ends with this character */
  #closes(code: number): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (code === 92) this.#escaped = true;
      else if (code === 34) this.#inString = false;
      return false;
    }
    if (code === 34) this.#inString = true;
    else if (code === 123 || code === 91) this.#depth += 1;
    else if (code === 125 || code === 93) this.#depth -= 1;
    return this.#depth === 0;
  }

  /** @throws DZ_BILL_TRUNCATED, DZ_BILL_EMPTY_FILE */
  finish(): void {
    if (this.#depth > 0 || this.#shape === 'ARRAY')
      throw refusal('truncated', { missing: this.#depth > 0 ? '}' : ']' });
    if (this.#shape === 'UNKNOWN') throw refusal('emptyFile', {});
  }
}
