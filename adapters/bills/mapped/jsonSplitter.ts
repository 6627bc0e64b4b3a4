import { MAX_LINE_BYTES } from '../lineBlocks.ts';
import { refusal } from '../messages.ts';

/** No answer of a system nests its rows deeper. */
const MAX_DEPTH = 32;
const MAX_KEY_CHARS = 200;

type Container = {
  readonly kind: 'OBJECT' | 'ARRAY';
  /** Of an object's member that comes next, or is open. */
  key: string;
  /** The records are its elements. */
  readonly holdsRecords: boolean;
  /** A value stands here, and no comma behind it yet. */
  isFull: boolean;
};

/**
 * Cuts JSON text into its records: the objects of one array, or objects one behind the other (NDJSON). With `paths` the
 * array stands inside of an object: `data.list`. Inside of a record only braces and strings are looked at: the rest is
 * JSON.parse's to judge.
 */
export class JsonSplitter {
  readonly #record: (text: string) => void;
  readonly #paths: ReadonlySet<string>;
  readonly #stack: Container[] = [];
  /** Text of the record that is open. */
  #open = '';
  #recordDepth = 0;
  #inString = false;
  #escaped = false;
  /** The string that is open outside of records, while it may be a key. */
  #text = '';
  #shape: 'UNKNOWN' | 'WRAPPED' | 'ARRAY' | 'LINES' = 'UNKNOWN';
  #found = false;
  #count = 0;

  constructor(record: (text: string) => void, paths: readonly string[] = []) {
    this.#record = record;
    this.#paths = new Set(paths);
  }

  add(text: string): void {
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (this.#recordDepth > 0) {
        if (!this.#closes(code)) continue;
        this.#emit(this.#open + text.slice(from, at + 1));
      } else if (this.#inString) this.#string(code, text.charAt(at));
      else if (this.#outside(code, text.charAt(at))) from = at;
    }
    if (this.#recordDepth > 0) this.#open += text.slice(from);
    if (this.#open.length > MAX_LINE_BYTES) throw refusal('lineTooLong', { maxLineBytes: MAX_LINE_BYTES });
  }

  #emit(record: string): void {
    this.#open = '';
    this.#count += 1;
    this.#record(record);
  }

  #string(code: number, char: string): void {
    if (this.#escaped) this.#escaped = false;
    else if (code === 92) this.#escaped = true;
    else if (code === 34) this.#inString = false;
    if (this.#inString && this.#text.length < MAX_KEY_CHARS) this.#text += char;
  }

  /** @returns whether a record begins with this character */
  #outside(code: number, char: string): boolean {
    if (code === 32 || code === 10 || code === 13 || code === 9) return false;
    const inside = this.#stack.at(-1);
    if (inside === undefined) return this.#top(char);
    if (inside.holdsRecords) return this.#amongRecords(inside, char);
    if (char === '"') {
      this.#inString = true;
      this.#text = '';
    } else if (char === ':') inside.key = this.#text;
    else if (char === '{') this.#push('OBJECT', false);
    else if (char === '[') this.#push('ARRAY', this.#paths.has(this.#path()));
    else if (char === '}' || char === ']') this.#pop(inside, char);
    return false;
  }

  #top(char: string): boolean {
    const isFirst = this.#shape === 'UNKNOWN';
    if (char === '{' && this.#paths.size > 0 && isFirst) {
      this.#shape = 'WRAPPED';
      this.#push('OBJECT', false);
      return false;
    }
    if (char === '{' && (isFirst || this.#shape === 'LINES')) {
      this.#shape = 'LINES';
      this.#recordDepth = 1;
      return true;
    }
    if (char !== '[' || !isFirst) this.#fail(char);
    this.#shape = 'ARRAY';
    this.#push('ARRAY', true);
    return false;
  }

  #amongRecords(array: Container, char: string): boolean {
    if (char === '{' && !array.isFull) {
      array.isFull = true;
      array.key = 'begun';
      this.#recordDepth = 1;
      return true;
    }
    const isBetween = array.isFull || array.key === '';
    if (char === ',' && array.isFull) array.isFull = false;
    else if (char === ']' && isBetween) this.#pop(array, char);
    else this.#fail(char);
    return false;
  }

  #push(kind: 'OBJECT' | 'ARRAY', holdsRecords: boolean): void {
    if (this.#stack.length >= MAX_DEPTH) this.#fail(kind === 'OBJECT' ? '{' : '[');
    if (holdsRecords) this.#found = true;
    this.#stack.push({ kind, key: '', holdsRecords, isFull: false });
  }

  #pop(inside: Container, char: string): void {
    if ((inside.kind === 'OBJECT') !== (char === '}')) this.#fail(char);
    this.#stack.pop();
  }

  #path(): string {
    return this.#stack.map(({ key }) => key).join('.');
  }

  #fail(char: string): never {
    const why = { en: `"${char}" where an object is expected`, zh: `应为对象，却是“${char}”` };
    throw refusal('damagedJson', { record: this.#count + 1, why });
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
    else if (code === 123 || code === 91) this.#recordDepth += 1;
    else if (code === 125 || code === 93) this.#recordDepth -= 1;
    return this.#recordDepth === 0;
  }

  /** @throws DZ_BILL_TRUNCATED, DZ_BILL_HEADER, DZ_BILL_EMPTY_FILE */
  finish(): void {
    const open = this.#recordDepth > 0 ? '}' : this.#stack.at(-1);
    if (open !== undefined) {
      const missing = open === '}' || open.kind === 'OBJECT' ? '}' : ']';
      throw refusal('truncated', { missing });
    }
    if (this.#shape === 'UNKNOWN') throw refusal('emptyFile', {});
    if (this.#shape === 'WRAPPED' && !this.#found)
      throw refusal('jsonRecords', { records: [...this.#paths].join(', ') });
  }
}
