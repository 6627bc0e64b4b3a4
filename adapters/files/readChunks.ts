import { createReadStream } from 'node:fs';
import { unreadableFile } from './unreadableFile.ts';

/** Bills are read whole and fast: larger reads than the default cost fewer turns. */
const READ_BYTES = 1 << 18;

/** The bytes of a file. @throws DZ_FILE_UNREADABLE naming it as the user does */
export async function* readChunks(path: string, name: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: READ_BYTES });
  } catch (error) {
    throw unreadableFile(name, error) ?? error;
  }
}
