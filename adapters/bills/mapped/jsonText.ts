import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { refusal } from '../messages.ts';

/** From the first byte that is not ASCII, so many tell the encoding, however the stream is cut. */
const EVIDENCE_BYTES = 4096;
const BOM = '\ufeff';

/**
 * The text of a byte stream: UTF-8, or GB18030 where it is none. Whole pieces only: no character is cut.
 * @throws DZ_BILL_NOT_TEXT, DZ_BILL_UTF16
 */
export async function* jsonText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let isFirst = true;
  const decoded = (chunk: Uint8Array | null): string => {
    if (chunk?.includes(0)) throw refusal(isFirst ? 'utf16' : 'binary', {});
    let text = decode(decoder, chunk);
    if (isFirst && text.startsWith(BOM)) text = text.slice(1);
    if (text !== '') isFirst = false;
    return text;
  };
  for await (const chunk of bytes) {
    if (decoder === null) {
      const ascii = waitingBytes > 0 ? 0 : asciiBytes(chunk);
      if (ascii > 0) yield decoded(chunk.subarray(0, ascii));
      if (ascii === chunk.length) continue;
      waiting.push(chunk.subarray(ascii));
      waitingBytes += chunk.length - ascii;
      if (waitingBytes < EVIDENCE_BYTES) continue;
      const evidence = Buffer.concat(waiting);
      decoder = decoderOf(evidence);
      yield decoded(evidence);
    } else yield decoded(chunk);
  }
  if (decoder === null && waitingBytes > 0) {
    waiting = [Buffer.concat(waiting)];
    decoder = decoderOf(waiting[0] ?? new Uint8Array());
    yield decoded(waiting[0] ?? new Uint8Array());
  }
  yield decoded(null);
}

function decode(decoder: TextDecoder | null, chunk: Uint8Array | null): string {
  if (decoder === null) return Buffer.from(chunk ?? []).toString('latin1');
  try {
    return chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (cause) {
    throw refusal('jsonEncoding', { encoding: decoder.encoding }, cause);
  }
}

function asciiBytes(chunk: Uint8Array): number {
  const at = chunk.findIndex((byte) => byte > 127);
  return at < 0 ? chunk.length : at;
}

function decoderOf(evidence: Uint8Array): TextDecoder {
  const shown = evidence.subarray(0, EVIDENCE_BYTES);
  // The evidence may end inside of a character.
  const isText = [0, 1, 2, 3].some((cut) => isUtf8(shown.subarray(0, shown.length - cut)));
  return new TextDecoder(isText ? 'utf-8' : 'gb18030', { fatal: true, ignoreBOM: true });
}
