import { text as textOf } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';

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
