import { buffer as bufferOf, text as textOf } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';
import { ZipFile } from 'yazl';
import { xmlText } from '../adapters/files/xlsxRow.ts';

/** Cells by place, as a spreadsheet would show them: a text, or a number. */
export type ReadSheet = {
  readonly name: string;
  readonly cells: ReadonlyMap<string, string | number>;
  readonly xml: string;
};

/** The parts of a zip as texts. */
export async function zipTexts(bytes: Uint8Array): Promise<ReadonlyMap<string, string>> {
  const zip = await fromBufferPromise(Buffer.from(bytes), { lazyEntries: true });
  const parts = new Map<string, string>();
  for await (const entry of zip.eachEntry()) {
    parts.set(entry.fileName, await textOf(await zip.openReadStreamPromise(entry)));
  }
  return parts;
}

/** The sheets of a workbook of ours, in the order in which they are shown. */
export async function readWorkbook(bytes: Uint8Array): Promise<readonly ReadSheet[]> {
  const parts = await zipTexts(bytes);
  const sheets = (parts.get('xl/workbook.xml') ?? '').matchAll(/<sheet name="([^"]*)"[^>]*r:id="rId(\d+)"/g);
  return Array.from(sheets, ([, name = '', file = '']) => {
    const xml = parts.get(`xl/worksheets/sheet${file}.xml`) ?? '';
    return { name, xml, cells: cellsOf(xml) };
  });
}

function cellsOf(xml: string): ReadonlyMap<string, string | number> {
  const found = xml.matchAll(
    /<c r="([A-Z]+\d+)"[^>]*>(?:<is><t[^>]*>([^<]*)<\/t><\/is>|<v>([^<]*)<\/v>)<\/c>/g,
  );
  return new Map(
    Array.from(found, ([, place = '', inline, value]) => [
      place,
      inline === undefined ? Number(value) : unescaped(inline),
    ]),
  );
}

function unescaped(xml: string): string {
  return xml
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll(/_x([0-9A-F]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** A workbook with another text of some of its parts; as a spreadsheet would save it again. */
export async function rewritten(
  bytes: Uint8Array,
  edit: (path: string, xml: string) => string,
): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [path, xml] of await zipTexts(bytes)) {
    zip.addBuffer(Buffer.from(edit(path, xml)), path, { mtime: new Date(0) });
  }
  zip.end();
  return bufferOf(zip.outputStream);
}

/**
 * Writes cells into the rows of a sheet of ours that has cells to their left only. Values are texts, or the XML of a cell's
 * contents with its type: `{ type: 'n', xml: '<f>1+1</f>' }`.
 */
export function filledIn(
  xml: string,
  cells: ReadonlyMap<string, string | { readonly type: string; readonly xml: string }>,
): string {
  const byRow = Map.groupBy(cells, ([place]) => place.replace(/^[A-Z]+/, ''));
  return xml.replaceAll(/<row r="(\d+)">(.*?)<\/row>/g, (_, row: string, inner: string) => {
    const added = (byRow.get(row) ?? []).toSorted(([a], [b]) => columnOrder(a) - columnOrder(b));
    const text = added.map(([place, value]) => {
      const { type, xml: content } =
        typeof value === 'string' ? { type: 'inlineStr', xml: `<is><t>${xmlText(value)}</t></is>` } : value;
      return `<c r="${place}" t="${type}">${content}</c>`;
    });
    return `<row r="${row}">${inner}${text.join('')}</row>`;
  });
}

function columnOrder(place: string): number {
  return Array.from(place.replace(/\d+$/, '')).reduce(
    (order, letter) => order * 26 + letter.charCodeAt(0) - 64,
    0,
  );
}
