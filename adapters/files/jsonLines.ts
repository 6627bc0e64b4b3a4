const PIECE_CHARS = 64 * 1024;

/** One JSON object a line. */
export async function* jsonLinesOf(batches: AsyncIterable<readonly object[]>): AsyncGenerator<string> {
  let piece = '';
  for await (const items of batches) {
    for (const item of items) {
      piece += `${JSON.stringify(item)}\n`;
      if (piece.length < PIECE_CHARS) continue;
      yield piece;
      piece = '';
    }
  }
  yield piece;
}
