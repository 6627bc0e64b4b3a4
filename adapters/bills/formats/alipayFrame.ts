import {
  addDays,
  dayOfDate,
  isBusinessDate,
  startOfDate,
  type BusinessDate,
} from '../../../domain/businessDate.ts';
import type { Period } from '../billDay.ts';
import { displayText, type ByteText } from '../byteText.ts';
import { splitCommas, trimCells, type Cells } from '../cells.ts';
import { columnNamesOf } from '../columnNames.ts';
import { refusal } from '../messages.ts';

/** In the line behind the rows; the number of dashes around it differs. */
export const LIST_END = '列表结束';
const ACCOUNT = /^#账号[：:]\s*\[(\d+?)(?:0156)?\]/;
const PERIOD =
  /^#起始日期[：:]\s*\[(\d{4})年(\d{2})月(\d{2})日 00:00:00\]\s*终止日期[：:]\s*\[(\d{4})年(\d{2})月(\d{2})日 00:00:00\]/;
const HASH = 35;

/** What a line of a file of Alipay is: FOOT is a # line behind the rows. */
export type FrameLine = 'TOP' | 'HEADER' | 'ROW' | 'FOOT';

/** The names of the header, which is the first line that is no # line. */
export function alipayNamesOf(line: string): readonly string[] | null {
  return line.startsWith('#') ? null : columnNamesOf(line);
}

export function splitAlipay(cells: Cells, text: ByteText, start: number, end: number): boolean {
  if (text.charCodeAt(start) === HASH) return false;
  splitCommas(cells, text, start, end);
  trimCells(cells);
  return true;
}

/** The # lines that all four files of Alipay's bills have around their header and rows. */
export class AlipayFrame {
  /** Where the reading of the part stands. */
  state: 'TOP' | 'ROWS' | 'FOOT' = 'TOP';
  merchantNo: string | null = null;
  /** The end is exclusive; a month's bill has a month. */
  period: Period | null = null;
  /** The day of a bill whose period is one day; null for a month's. */
  date: BusinessDate | null = null;
  /** The line that was called HEADER or FOOT. */
  text = '';

  begin(): void {
    this.state = 'TOP';
  }

  /** @throws DZ_BILL_TRAILING_LINES */
  read(bytes: ByteText, start: number, end: number, lineNo: number): FrameLine {
    const isRemark = bytes.charCodeAt(start) === HASH;
    switch (this.state) {
      case 'TOP':
        this.text = displayText(bytes.slice(start, end));
        if (isRemark) this.#remark(this.text);
        else this.state = 'ROWS';
        return isRemark ? 'TOP' : 'HEADER';
      case 'ROWS':
        if (!isRemark) return 'ROW';
        this.text = displayText(bytes.slice(start, end));
        if (!this.text.includes(LIST_END)) return 'ROW';
        this.state = 'FOOT';
        return 'FOOT';
      case 'FOOT':
        if (!isRemark) throw refusal('trailingLines', { line: lineNo });
        this.text = displayText(bytes.slice(start, end));
        return 'FOOT';
    }
  }

  #remark(remark: string): void {
    this.merchantNo ??= ACCOUNT.exec(remark)?.[1] ?? null;
    if (this.period !== null) return;
    const match = PERIOD.exec(remark);
    if (!match) return;
    const [, y1, m1, d1, y2, m2, d2] = match;
    const [first, end] = [`${y1}-${m1}-${d1}`, `${y2}-${m2}-${d2}`];
    if (!isBusinessDate(first) || !isBusinessDate(end) || dayOfDate(end) <= dayOfDate(first)) return;
    this.period = { fromMs: startOfDate(first), toMs: startOfDate(end) };
    if (addDays(first, 1) === end) this.date = first;
  }
}
