import { basename } from 'node:path';
import { PassThrough } from 'node:stream';
import yazl from 'yazl';
import { unreadableFile } from './unreadableFile.ts';

/** Midnight of the first day that a zip can name, in whatever zone it is written. */
const SAME_TIME = new Date(1980, 0, 1);

/**
 * Several files as one: a zip of them, uncompressed. The same files give the same bytes, whatever their order, their
 * folders and their times.
 */
export async function* packFiles(paths: readonly string[]): AsyncGenerator<Uint8Array> {
  const zip = new yazl.ZipFile();
  const packed = new PassThrough({ highWaterMark: 1 << 18 });
  zip.on('error', (error) => packed.destroy(error instanceof Error ? error : new Error(String(error))));
  zip.outputStream.pipe(packed);
  const sorted = paths.toSorted((a, b) => compare(basename(a), basename(b)) || compare(a, b));
  for (const [at, path] of sorted.entries()) {
    zip.addFile(path, `${at + 1}-${basename(path)}`, {
      mtime: SAME_TIME,
      mode: 0o100_644,
      compress: false,
      forceDosTimestamp: true,
    });
  }
  zip.end();
  try {
    for await (const chunk of packed as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    throw unreadableFile(paths.join(', '), error) ?? error;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
