import sax from 'sax';
import { DuizhangError } from '../../../domain/errors.ts';
import { refusal } from '../messages.ts';
import type { OpenZip } from '../zipParts.ts';
import { SharedStrings } from './sharedStrings.ts';

export type Sheet = { readonly name: string; readonly part: string };
export type Workbook = {
  readonly sheets: readonly Sheet[];
  readonly is1904: boolean;
  readonly texts: SharedStrings;
};

const WORKBOOK = 'xl/workbook.xml';
const RELATIONS = 'xl/_rels/workbook.xml.rels';
const TEXTS = 'xl/sharedStrings.xml';

export function isWorkbook(names: readonly string[]): boolean {
  return names.includes(WORKBOOK);
}

/** Reads what the sheets of a workbook refer to. */
export async function readWorkbook(zip: OpenZip): Promise<Workbook> {
  const targets = new Map<string, string>();
  if (zip.names.includes(RELATIONS)) {
    await readXml(zip.read(RELATIONS), RELATIONS, {
      open: ({ name, attributes: { Id: id = '', Target: target = '' } }) => {
        if (name === 'Relationship') targets.set(id, partOf(target));
      },
    });
  }
  const sheets: Sheet[] = [];
  let is1904 = false;
  await readXml(zip.read(WORKBOOK), WORKBOOK, {
    open: ({ name, attributes }) => {
      if (name === 'workbookPr') is1904 = ['1', 'true'].includes(attributes['date1904'] ?? '');
      const part = targets.get(attributes['r:id'] ?? '');
      if (name === 'sheet' && part !== undefined) sheets.push({ name: attributes['name'] ?? '', part });
    },
  });
  const there = sheets.filter(({ part }) => zip.names.includes(part));
  return { sheets: there, is1904, texts: await readTexts(zip) };
}

/** Targets are relative to xl/, or begin with a slash. */
function partOf(target: string): string {
  return target.startsWith('/') ? target.slice(1) : `xl/${target}`;
}

async function readTexts(zip: OpenZip): Promise<SharedStrings> {
  const texts = new SharedStrings();
  if (!zip.names.includes(TEXTS)) return texts;
  let text = '';
  let inText = false;
  let inReading = false;
  await readXml(zip.read(TEXTS), TEXTS, {
    open: ({ name }) => {
      if (name === 'si') text = '';
      // How a name is spoken (rPh) is no part of the text.
      else if (name === 'rPh') inReading = true;
      else if (name === 't') inText = !inReading;
    },
    text: (more) => {
      if (inText) text += more;
    },
    close: (name) => {
      if (name === 'si') texts.add(text);
      else if (name === 'rPh') inReading = false;
      else if (name === 't') inText = false;
    },
  });
  return texts;
}

export type XmlHandlers = {
  readonly open: (tag: {
    readonly name: string;
    readonly attributes: Readonly<Record<string, string>>;
  }) => void;
  readonly text?: (text: string) => void;
  readonly close?: (name: string) => void;
};

/** Feeds a part of a workbook through the parser; `between` runs after each chunk. Entities of a document are not read. */
export async function* eachXmlChunk(
  bytes: AsyncIterable<Uint8Array>,
  part: string,
  handlers: XmlHandlers,
): AsyncGenerator<void> {
  const parser = sax.parser(true, { position: false });
  parser.onopentag = (tag) =>
    handlers.open({ name: localName(tag.name), attributes: textsOf(tag.attributes) });
  if (handlers.text) {
    parser.ontext = handlers.text;
    parser.oncdata = handlers.text;
  }
  if (handlers.close) parser.onclosetag = (name) => handlers.close?.(localName(name));
  parser.onerror = (error) => {
    throw error;
  };
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of bytes) {
      parser.write(decoder.decode(chunk, { stream: true }));
      yield;
    }
    parser.write(decoder.decode());
    parser.close();
  } catch (cause) {
    if (cause instanceof DuizhangError) throw cause;
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw refusal('damagedWorkbook', { why: `${part}, ${why}` }, cause);
  }
}

async function readXml(bytes: AsyncIterable<Uint8Array>, part: string, handlers: XmlHandlers): Promise<void> {
  for await (const _ of eachXmlChunk(bytes, part, handlers));
}

/** Some writers put a prefix before every name. */
function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function textsOf(
  attributes: Readonly<Record<string, string | { readonly value: string }>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : value.value,
    ]),
  );
}
