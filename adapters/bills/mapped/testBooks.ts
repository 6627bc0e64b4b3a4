import { Check } from 'typebox/value';
import yazl from 'yazl';
import type { BillLine } from '../../../domain/ports.ts';
import { BooksSchema, booksOf } from '../../config/bookMappings.ts';
import type { CheckedBillReport } from '../readBill.ts';
import type { BookMapping } from './bookMapping.ts';
import { readMappedBook } from './readMappedBook.ts';

/** Builders of hospitals' own files for tests. */

export type ReadBook = { readonly lines: readonly BillLine[]; readonly report: CheckedBillReport };

/** A mapping as the configuration would write it. */
export function mappingOf(raw: unknown): BookMapping {
  const books = { merchant: raw };
  if (!Check(BooksSchema, books)) throw new Error(`no mapping: ${JSON.stringify(raw)}`);
  const { MERCHANT } = booksOf(
    'H001',
    books,
    (steps, message) => new Error(`${steps.join('.')}: ${message}`),
  );
  if (!MERCHANT) throw new Error('no mapping of the merchant book');
  return MERCHANT;
}

/** What most hospitals' exports look like. */
export const PLAIN_MAPPING = {
  orderNo: '平台流水号',
  refundNo: '退款单号',
  hisOrderNo: '收据号',
  businessType: '业务类型',
  amount: { column: '支付金额', unit: 'yuan' },
  time: { column: '收费时间' },
  kind: { column: '类型', PAYMENT: '收费', REFUND: '退费', other: '作废' },
  channel: { column: '支付方式', WECHAT: '微信', ALIPAY: ['支付宝', '花呗'], other: '现金' },
} as const;

export async function readChunks(
  chunks: readonly Uint8Array[],
  mapping: BookMapping,
  hints: Parameters<typeof readMappedBook>[2] = {},
): Promise<ReadBook> {
  const { lines, report } = readMappedBook(ReadableStream.from(chunks), mapping, hints);
  const all: BillLine[] = [];
  for await (const batch of lines) all.push(...batch);
  return { lines: all, report: await report };
}

export function readBook(
  file: string | Buffer,
  raw: unknown = PLAIN_MAPPING,
  hints: Parameters<typeof readMappedBook>[2] = {},
): Promise<ReadBook> {
  return readChunks([Buffer.from(file)], mappingOf(raw), hints);
}

export type Cell = string | number | { readonly v: string; readonly t: string } | null;
export type SheetRows = readonly (readonly Cell[])[];

const DAY_HEADER = '平台流水号,退款单号,收据号,业务类型,支付金额,收费时间,类型,支付方式';

/** A day of twenty rows as CSV. */
export function mappedDay(): string {
  const rows = Array.from({ length: 20 }, (_, n) => {
    const time = `2026-03-09 10:00:${String(n).padStart(2, '0')}`;
    return n % 5 === 4
      ? `HP${n - 1},RF${n},R${n},门诊,1.${10 + n},${time},退费,支付宝`
      : `HP${n},,R${n},住院,${20 + n}.50,${time},收费,微信`;
  });
  return `${[DAY_HEADER, ...rows].join('\n')}\n`;
}

/** The same behind a title, with bars and a total. */
export function titledDay(): string {
  const total = '合计,,,,476.86,,,';
  return `示例医院对账明细\n${mappedDay()}${total}\n`.replaceAll(',', '|');
}

export function wrappedJson(): string {
  return `{"code":0,"data":{"total":20,"list":${mappedJson()}}}`;
}

export function mappedJson(): string {
  const [header = '', ...rows] = mappedDay().trimEnd().split('\n');
  const names = header.split(',');
  return JSON.stringify(
    rows.map((row) => Object.fromEntries(row.split(',').map((cell, at) => [names[at] ?? '', cell]))),
  );
}

/** The sheet of a workbook whose other parts are good. */
export const WORKBOOK_SHEET = sheetXml(
  mappedDay()
    .trimEnd()
    .split('\n')
    .map((row, n) =>
      row.split(',').map((cell, at) => (n > 0 && at === 4 ? Number(cell) : { v: cell, t: 'inlineStr' })),
    ),
  new Map(),
);

export async function workbookWith(sheet: Buffer): Promise<Buffer> {
  return workbookOf({ a: [] }, { sheet });
}

export function mappedReader(bytes: Buffer, chunkBytes: number): Promise<ReadBook> {
  return readPieces(bytes, chunkBytes, PLAIN_MAPPING);
}

export function wrappedReader(bytes: Buffer, chunkBytes: number): Promise<ReadBook> {
  return readPieces(bytes, chunkBytes, { ...PLAIN_MAPPING, records: 'data.list' });
}

async function readPieces(bytes: Buffer, chunkBytes: number, raw: unknown): Promise<ReadBook> {
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, n) =>
    bytes.subarray(n * chunkBytes, (n + 1) * chunkBytes),
  );
  return readChunks(chunks, mappingOf(raw));
}

type WorkbookOptions = {
  readonly is1904?: boolean;
  /** The XML of every sheet. */
  readonly sheet?: Buffer;
  /** Of the shared texts. */
  readonly texts?: string;
  readonly hidden?: readonly string[];
};

/** A workbook: texts are shared, numbers are numbers, `{v, t}` is a cell of that type. */
export async function workbookOf(
  sheets: Readonly<Record<string, SheetRows>>,
  options: WorkbookOptions = {},
): Promise<Buffer> {
  const texts = new Map<string, number>();
  const names = Object.keys(sheets);
  const zip = new yazl.ZipFile();
  const add = (path: string, xml: string) =>
    zip.addBuffer(Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${xml}`), path);
  for (const [index, name] of names.entries()) {
    const path = `xl/worksheets/sheet${index + 1}.xml`;
    if (options.sheet) zip.addBuffer(options.sheet, path);
    else add(path, sheetXml(sheets[name] ?? [], texts));
  }
  add(
    'xl/workbook.xml',
    `<workbook xmlns:r="r"><workbookPr${options.is1904 ? ' date1904="1"' : ''}/><sheets>${names
      .map(
        (name, index) =>
          `<sheet name="${name}" sheetId="${index + 1}" r:id="rId${index + 1}"${options.hidden?.includes(name) ? ' state="hidden"' : ''}/>`,
      )
      .join('')}</sheets></workbook>`,
  );
  const relations = names.map(
    (_, i) => `<Relationship Id="rId${i + 1}" Target="worksheets/sheet${i + 1}.xml"/>`,
  );
  add('xl/_rels/workbook.xml.rels', `<Relationships>${relations.join('')}</Relationships>`);
  add(
    'xl/sharedStrings.xml',
    options.texts ??
      `<sst>${[...texts.keys()].map((text) => `<si><t>${escaped(text)}</t></si>`).join('')}</sst>`,
  );
  zip.end();
  return Buffer.from(
    await new Response(ReadableStream.from(zip.outputStream as AsyncIterable<Uint8Array>)).arrayBuffer(),
  );
}

function sheetXml(rows: SheetRows, texts: Map<string, number>): string {
  const xml = rows.map((cells, row) => {
    const ofRow = cells.map((cell, column) => cellXml(cell, `${columnName(column)}${row + 1}`, texts));
    return `<row r="${row + 1}">${ofRow.join('')}</row>`;
  });
  return `<worksheet><sheetData>${xml.join('')}</sheetData></worksheet>`;
}

function cellXml(cell: Cell, reference: string, texts: Map<string, number>): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return `<c r="${reference}"><v>${cell}</v></c>`;
  if (typeof cell === 'object') {
    const value = cell.t === 'inlineStr' ? `<is><t>${escaped(cell.v)}</t></is>` : `<v>${escaped(cell.v)}</v>`;
    return `<c r="${reference}" t="${cell.t}">${value}</c>`;
  }
  const at = texts.get(cell) ?? texts.size;
  texts.set(cell, at);
  return `<c r="${reference}" t="s"><v>${at}</v></c>`;
}

function columnName(column: number): string {
  return column < 26
    ? String.fromCharCode(65 + column)
    : columnName(Math.floor(column / 26) - 1) + columnName(column % 26);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
