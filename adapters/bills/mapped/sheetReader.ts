import { utf8ByteText } from '../byteText.ts';
import { MAX_COLUMNS } from '../cells.ts';
import { refusal } from '../messages.ts';
import type { CellFault } from './cellFaults.ts';
import { excelNumberText } from './excelNumber.ts';
import type { SharedStrings } from './sharedStrings.ts';
import type { XmlHandler } from './xmlReader.ts';

/** No cell of a bill is longer; Excel itself takes 32,767 characters. */
const MAX_CELL_CHARS = 1 << 16;
/** Merged areas that are kept for the end, where the file names them. */
const MAX_MERGES = 100_000;

/** One row of a sheet; `values` are bytes of UTF-8, cut at the last cell that holds something. */
export type SheetRow = {
  readonly lineNo: number;
  readonly values: readonly string[];
  readonly faults: ReadonlyMap<number, CellFault> | null;
};

/** An area of several rows whose cells hold one value. */
export type MergedArea = {
  readonly ref: string;
  readonly firstColumn: number;
  readonly lastColumn: number;
  readonly lastRow: number;
};

/** Takes the events of a worksheet's XML and gives its rows. A formula counts for the result that is stored with it. */
export class SheetReader implements XmlHandler {
  readonly merges: MergedArea[] = [];
  readonly #part: string;
  readonly #strings: SharedStrings;
  readonly #row: (row: SheetRow) => void;
  #lineNo = 0;
  #values: string[] = [];
  #faults: Map<number, CellFault> | null = null;
  #column = -1;
  #type = 'n';
  #hasFormula = false;
  #hasValue = false;
  #text = '';
  #inText = false;
  #inPhonetic = false;

  constructor(part: string, strings: SharedStrings, row: (row: SheetRow) => void) {
    this.#part = part;
    this.#strings = strings;
    this.#row = row;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#inText = false;
    switch (name) {
      case 'row':
        this.#beginRow(attributes['r']);
        break;
      case 'c':
        this.#beginCell(attributes['r'], attributes['t'] ?? 'n');
        break;
      case 'f':
        this.#hasFormula = true;
        break;
      case 'v':
      case 't':
        this.#inText = !this.#inPhonetic;
        this.#hasValue = true;
        break;
      case 'rPh':
        this.#inPhonetic = true;
        break;
      case 'mergeCell':
        this.#merge(attributes['ref'] ?? '');
    }
  }

  text(piece: string): void {
    if (!this.#inText) return;
    this.#text += piece;
    if (this.#text.length > MAX_CELL_CHARS) throw refusal('cellTooLong', { maxChars: MAX_CELL_CHARS });
  }

  close(name: string): void {
    this.#inText = false;
    if (name === 'rPh') this.#inPhonetic = false;
    else if (name === 'c') this.#endCell();
    else if (name === 'row') this.#endRow();
  }

  #beginRow(given: string | undefined): void {
    const lineNo = given === undefined ? this.#lineNo + 1 : Number(given);
    if (!Number.isSafeInteger(lineNo) || lineNo <= this.#lineNo)
      throw refusal('damagedWorkbook', {
        part: this.#part,
        why: { en: `row "${given}"`, zh: `行号“${given}”` },
      });
    this.#lineNo = lineNo;
    this.#values = [];
    this.#faults = null;
    this.#column = -1;
  }

  #beginCell(ref: string | undefined, type: string): void {
    const column = ref === undefined ? this.#column + 1 : columnOf(ref);
    if (column <= this.#column)
      throw refusal('damagedWorkbook', {
        part: this.#part,
        why: { en: `cell "${ref}"`, zh: `单元格“${ref}”` },
      });
    this.#column = column;
    this.#type = type;
    this.#text = '';
    this.#hasFormula = false;
    this.#hasValue = false;
  }

  #endCell(): void {
    const column = this.#column;
    // Further ones are no columns of any header that is taken.
    if (column > MAX_COLUMNS) return;
    const isUncalculated =
      this.#hasFormula && (!this.#hasValue || (this.#text === '' && this.#type !== 'str'));
    if (isUncalculated) this.#fault('formulaWithoutValue');
    else if (this.#type === 'e') this.#fault('cellFault');
    const value = isUncalculated ? '=' : this.#value();
    if (value === '') return;
    while (this.#values.length < column) this.#values.push('');
    this.#values.push(value);
  }

  #value(): string {
    const text = this.#text;
    if (this.#type === 'n') return excelNumberText(text.trim());
    if (this.#type === 'd') return text.replace('T', ' ').replace(/(\.\d+)?Z?$/, '');
    if (this.#type !== 's') return utf8ByteText(text);
    if (text === '') return '';
    const shared = this.#strings.get(Number(text));
    if (shared === null)
      throw refusal('damagedWorkbook', {
        part: this.#part,
        why: { en: `shared string ${text}`, zh: `共享字符串 ${text}` },
      });
    return shared;
  }

  #fault(fault: CellFault): void {
    this.#faults ??= new Map();
    this.#faults.set(this.#column, fault);
  }

  #endRow(): void {
    if (this.#values.length > 0)
      this.#row({ lineNo: this.#lineNo, values: this.#values, faults: this.#faults });
    this.#values = [];
  }

  #merge(ref: string): void {
    const match = /^([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)$/.exec(ref);
    if (!match || match[2] === match[4] || this.merges.length >= MAX_MERGES) return;
    this.merges.push({
      ref,
      firstColumn: columnOf(match[1] ?? ''),
      lastColumn: columnOf(match[3] ?? ''),
      lastRow: Number(match[4]),
    });
  }
}

/** 0 for A, 26 for AA; -1 for what is no reference. */
function columnOf(ref: string): number {
  let column = 0;
  for (let at = 0; at < ref.length && at < 3; at += 1) {
    const letter = ref.charCodeAt(at) - 64;
    if (letter < 1 || letter > 26) break;
    column = column * 26 + letter;
  }
  return column - 1;
}
