import sax from 'sax';
import { refusal } from '../messages.ts';

export type XmlHandler = {
  /** @param name without its namespace's prefix */
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  close?(name: string): void;
  /** Of a text there may come several pieces. */
  text?(text: string): void;
};

/** Reads a part of a workbook piece by piece, and yields after each. @throws DZ_BILL_DAMAGED, DZ_BILL_BOMB */
export async function* xmlPieces(
  bytes: AsyncIterable<Uint8Array>,
  partName: string,
  handler: XmlHandler,
): AsyncGenerator<void> {
  const parser = parserOf(partName, handler);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of bytes) {
    parser.write(decode(decoder, chunk, partName));
    yield;
  }
  parser.write(decode(decoder, null, partName));
  parser.close();
}

/** Reads a part to its end. */
export async function readXml(
  bytes: AsyncIterable<Uint8Array>,
  partName: string,
  handler: XmlHandler,
): Promise<void> {
  const pieces = xmlPieces(bytes, partName, handler);
  while (!(await pieces.next()).done);
}

function parserOf(partName: string, handler: XmlHandler): sax.SAXParser {
  const parser = sax.parser(true, { position: false });
  parser.onerror = (cause) => {
    const [why = ''] = cause.message.split('\n');
    throw refusal('damagedWorkbook', { part: partName, why }, cause);
  };
  // No workbook declares a document type; an attack by entities needs one.
  parser.ondoctype = () => {
    throw refusal('workbookDoctype', { part: partName });
  };
  parser.onopentag = ({ name, attributes }) =>
    handler.open?.(localName(name), attributes as Readonly<Record<string, string>>);
  parser.onclosetag = (name) => handler.close?.(localName(name));
  parser.ontext = (text) => handler.text?.(text);
  parser.oncdata = (text) => handler.text?.(text);
  return parser;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function decode(decoder: TextDecoder, chunk: Uint8Array | null, partName: string): string {
  try {
    return chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (cause) {
    throw refusal('damagedWorkbook', { part: partName, why: { en: 'not UTF-8', zh: '不是 UTF-8' } }, cause);
  }
}
