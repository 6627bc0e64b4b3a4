import { posix } from 'node:path';
import { refusal } from '../messages.ts';
import type { OpenZip } from '../openZip.ts';
import { SharedStrings } from './sharedStrings.ts';
import { readXml } from './xmlReader.ts';

const WORKBOOK = 'xl/workbook.xml';
const STRINGS = 'xl/sharedStrings.xml';
const RELATIONS = 'xl/_rels/workbook.xml.rels';

export type Sheet = { readonly name: string; readonly part: string; readonly isHidden: boolean };

/** What the parts of an XLSX file say of it beyond its sheets. */
export type Workbook = {
  readonly sheets: readonly Sheet[];
  readonly is1904: boolean;
  readonly strings: SharedStrings;
};

/** Whether the files of an archive are those of a workbook (Office Open XML, ECMA-376). */
export function isWorkbook(names: readonly string[]): boolean {
  return names.includes(WORKBOOK);
}

/** @throws DZ_BILL_DAMAGED, DZ_BILL_BOMB */
export async function readWorkbook(zip: OpenZip): Promise<Workbook> {
  const relations = await readRelations(zip);
  const found: { name: string; id: string; isHidden: boolean }[] = [];
  let is1904 = false;
  await readXml(partOf(zip, WORKBOOK), WORKBOOK, {
    open(name, { date1904, name: sheet, state, ...attributes }) {
      if (name === 'workbookPr') is1904 = date1904 === '1' || date1904 === 'true';
      if (name !== 'sheet') return;
      const id = Object.entries(attributes).find(([key]) => /(?:^|:)id$/.test(key))?.[1] ?? '';
      found.push({ name: sheet ?? '', id, isHidden: state === 'hidden' || state === 'veryHidden' });
    },
  });
  const sheets = found.flatMap(({ name, id, isHidden }) => {
    const relation = relations.get(id);
    // A sheet may be a chart, too.
    return relation && /(?:^|\/)worksheets\//.test(relation.part)
      ? [{ name, part: relation.part, isHidden }]
      : [];
  });
  const related = [...relations.values()].find(({ type }) => type === 'sharedStrings')?.part;
  const stringsPart = related ?? (zip.names.includes(STRINGS) ? STRINGS : undefined);
  const strings = new SharedStrings();
  if (stringsPart !== undefined) await readStrings(zip, stringsPart, strings);
  return { sheets, is1904, strings };
}

export function partOf(zip: OpenZip, name: string): AsyncIterable<Uint8Array> {
  const at = zip.names.indexOf(name);
  if (at < 0) throw refusal('damagedWorkbook', { part: name, why: { en: 'missing', zh: '缺失' } });
  return zip.read(at);
}

type Relation = { readonly type: string; readonly part: string };

async function readRelations(zip: OpenZip): Promise<ReadonlyMap<string, Relation>> {
  const relations = new Map<string, Relation>();
  await readXml(partOf(zip, RELATIONS), RELATIONS, {
    open(name, { Id: id, Type: type = '', Target: target = '' }) {
      if (name !== 'Relationship' || id === undefined) return;
      const part = target.startsWith('/') ? target.slice(1) : posix.normalize(`xl/${target}`);
      relations.set(id, { type: type.slice(type.lastIndexOf('/') + 1), part });
    },
  });
  return relations;
}

async function readStrings(zip: OpenZip, part: string, strings: SharedStrings): Promise<void> {
  let text = '';
  let inText = false;
  let inPhonetic = false;
  await readXml(partOf(zip, part), part, {
    open(name) {
      if (name === 'si') text = '';
      else if (name === 'rPh') inPhonetic = true;
      inText = name === 't' && !inPhonetic;
    },
    text(piece) {
      if (inText) text += piece;
    },
    close(name) {
      inText = false;
      if (name === 'rPh') inPhonetic = false;
      else if (name === 'si') strings.add(text);
    },
  });
}
