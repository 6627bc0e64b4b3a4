import { DuizhangError } from '../../domain/errors.ts';
import { notText, type ByteText } from './byteText.ts';

/** Longest line accepted, in bytes without its line feed. */
export const MAX_LINE_BYTES = 1 << 20;
/** Larger chunks are cut, so that a block is never much larger than one read. */
const MAX_BLOCK_BYTES = 1 << 18;
const LINE_FEED = 10;

/**
 * Cuts a byte stream into blocks of whole lines. Each block ends with a line feed, but for the last one of a file that
 * lacks it. Memory: one block and the line that is still open.
 * @throws DZ_BILL_LINE_TOO_LONG, DZ_BILL_NOT_TEXT (a NUL byte)
 */
export async function* lineBlocks(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ByteText> {
  const open: Uint8Array[] = [];
  let openBytes = 0;
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; at += MAX_BLOCK_BYTES) {
      const piece = chunk.subarray(at, at + MAX_BLOCK_BYTES);
      if (piece.includes(0)) throw notText('it holds NUL bytes (UTF-16 or a binary file)');
      const first = piece.indexOf(LINE_FEED);
      if (openBytes + (first < 0 ? piece.length : first) > MAX_LINE_BYTES) throw lineTooLong();
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

function lineTooLong(): DuizhangError {
  return new DuizhangError(
    'DZ_BILL_LINE_TOO_LONG',
    `the bill holds a line of more than ${MAX_LINE_BYTES} bytes; no bill has such lines, fetch the file again`,
    { details: { maxLineBytes: MAX_LINE_BYTES } },
  );
}
