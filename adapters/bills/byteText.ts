import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { refusal } from './messages.ts';

/**
 * Text that holds one byte in each character (latin1). Rows are cut and compared in this form: commas, digits, ids and
 * line ends are the same bytes in UTF-8 and GB18030 and never the second half of another character, so that only the
 * few cells that need Chinese are decoded at all.
 */
export type ByteText = string;

export type TextEncoding = 'utf-8' | 'gb18030';

const STRICT_GB18030 = new TextDecoder('gb18030', { fatal: true });
const LENIENT_GB18030 = new TextDecoder('gb18030');
const HAN = /\p{Script=Han}/u;
const UTF8_FIRST_BYTE = 0xc2;
// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/;

/** The first line decides how a file is encoded: strict UTF-8, else GB18030 (the superset of GBK), else no text. */
export function decodeOpening(bytes: ByteText): { text: string; encoding: TextEncoding } {
  if (bytes.startsWith('\xff\xfe') || bytes.startsWith('\xfe\xff')) {
    throw refusal('utf16', {});
  }
  if (CONTROL.test(bytes)) throw refusal('binary', {});
  const buffer = Buffer.from(bytes, 'latin1');
  if (isUtf8(buffer)) return { text: buffer.toString('utf8'), encoding: 'utf-8' };
  try {
    return { text: STRICT_GB18030.decode(buffer), encoding: 'gb18030' };
  } catch (cause) {
    throw refusal('unknownEncoding', {}, cause);
  }
}

/** A cell or a line as people read it. What cannot be decoded becomes U+FFFD: for display and evidence, not for keys. */
export function displayText(bytes: ByteText): string {
  if (isAscii(bytes)) return bytes;
  const buffer = Buffer.from(bytes, 'latin1');
  if (isUtf8(buffer)) return buffer.toString('utf8');
  // A text cut to length may end inside a character, whose first byte is then there: 签到 of GBK looks nearly like that.
  for (let cut = 1; cut < 4; cut += 1) {
    const end = buffer.length - cut;
    if ((buffer[end] ?? 0) >= UTF8_FIRST_BYTE && isUtf8(buffer.subarray(0, end)))
      return buffer.toString('utf8', 0, end);
  }
  return LENIENT_GB18030.decode(buffer);
}

/** Text as the bytes of its UTF-8. */
export function utf8ByteText(text: string): ByteText {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

export function isAscii(bytes: ByteText): boolean {
  for (let at = 0; at < bytes.length; at += 1) if (bytes.charCodeAt(at) > 127) return false;
  return true;
}

/**
 * A cell in the encoding of its file: a short word of GBK may be one of UTF-8 too (住院). null: the file has not shown its
 * encoding, then `context`, a longer text of it, tells.
 */
export function cellText(bytes: ByteText, encoding: TextEncoding | null, context: ByteText): string {
  if (isAscii(bytes)) return bytes;
  const known = encoding ?? likelyEncoding(Buffer.from(context, 'latin1'));
  const buffer = Buffer.from(bytes, 'latin1');
  return known === 'utf-8' ? buffer.toString('utf8') : LENIENT_GB18030.decode(buffer);
}

/** Where both are possible, the one that gives Chinese: bills write no Hebrew. */
function likelyEncoding(buffer: Buffer): TextEncoding {
  if (!isUtf8(buffer)) return 'gb18030';
  return HAN.test(buffer.toString('utf8')) || !HAN.test(LENIENT_GB18030.decode(buffer)) ? 'utf-8' : 'gb18030';
}

/** A word of ours as the bytes of an encoding, to be compared with cells. */
export function byteTextOf(word: string, encoding: TextEncoding): ByteText {
  return iconv.encode(word, encoding).toString('latin1');
}

/** The same words in both encodings. */
export function byteWords<W extends string>(
  words: Readonly<Record<W, string>>,
): Readonly<Record<TextEncoding, Readonly<Record<W, ByteText>>>> {
  const inEncoding = (encoding: TextEncoding) => {
    const encoded: Partial<Record<W, ByteText>> = {};
    for (const name of Object.keys(words) as W[]) encoded[name] = byteTextOf(words[name], encoding);
    return encoded as Record<W, ByteText>;
  };
  return { 'utf-8': inEncoding('utf-8'), gb18030: inEncoding('gb18030') };
}
