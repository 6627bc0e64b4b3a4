import type { ByteText } from './byteText.ts';
import { refusal } from './messages.ts';

/** Longest line accepted, in bytes without its line feed. */
export const MAX_LINE_BYTES = 1 << 20;
/** Larger chunks are cut, so that a block is never much larger than one read. */
const MAX_BLOCK_BYTES = 1 << 16;
const LINE_FEED = 10;
const LOOKED_AT_FOR_UTF16 = 4096;

/**
 * Cuts a byte stream into blocks of whole lines. Each block ends with a line feed, but for the last one of a file that
 * lacks it. Memory: one block and the line that is still open.
 * @throws DZ_BILL_LINE_TOO_LONG, DZ_BILL_UTF16, DZ_BILL_NOT_TEXT (a NUL byte)
 */
export async function* lineBlocks(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ByteText> {
  const open: Uint8Array[] = [];
  let openBytes = 0;
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; at += MAX_BLOCK_BYTES) {
      const piece = chunk.subarray(at, at + MAX_BLOCK_BYTES);
      if (piece.includes(0)) throw refusal(looksUtf16(piece) ? 'utf16' : 'binary', {});
      const first = piece.indexOf(LINE_FEED);
      if (openBytes + (first < 0 ? piece.length : first) > MAX_LINE_BYTES)
        throw refusal('lineTooLong', { maxLineBytes: MAX_LINE_BYTES });
      if (first < 0) {
        open.push(piece);
        openBytes += piece.length;
        continue;
      }
      const end = piece.lastIndexOf(LINE_FEED) + 1;
      open.push(piece.subarray(0, end));
      yield byteTextOf(open);
      open.length = 0;
      openBytes = piece.length - end;
      if (openBytes > 0) open.push(piece.subarray(end));
    }
  }
  if (openBytes > 0) yield byteTextOf(open);
}

function byteTextOf(pieces: readonly Uint8Array[]): ByteText {
  const [only] = pieces;
  if (pieces.length === 1 && only) {
    return Buffer.from(only.buffer, only.byteOffset, only.byteLength).toString('latin1');
  }
  return Buffer.concat(pieces).toString('latin1');
}

/** UTF-16 writes every ASCII character as itself and a NUL: NULs on one side of each pair, hardly any on the other. */
function looksUtf16(piece: Uint8Array): boolean {
  const [first, second] = piece;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  const nuls = [0, 0];
  const looked = Math.min(piece.length, LOOKED_AT_FOR_UTF16);
  for (let at = 0; at < looked; at += 1) if (piece[at] === 0) nuls[at % 2] = (nuls[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = nuls;
  return Math.max(even, odd) * 5 > looked && Math.min(even, odd) * 20 < looked;
}
