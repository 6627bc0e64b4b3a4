import { createHash } from 'node:crypto';
import { createGunzip } from 'node:zlib';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { checkUnpacked, DEFAULT_UNPACK_LIMITS } from '../../bills/limits.ts';
import { refusal } from '../../bills/messages.ts';
import type { SpooledFile } from '../spooledFile.ts';

/**
 * SHA-1, hex, over the original bill: `hash_value` of 申请交易账单 is over the decompressed bytes, also of a gzip.
 * @throws DZ_BILL_DAMAGED, DZ_BILL_BOMB
 */
export async function sha1OfBill(file: SpooledFile): Promise<string> {
  const hash = createHash('sha1');
  let unpacked = 0;
  const sink = new Writable({
    write(chunk: Buffer, _, done) {
      unpacked += chunk.length;
      try {
        checkUnpacked(unpacked, file.sizeBytes, DEFAULT_UNPACK_LIMITS);
        hash.update(chunk);
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
  const source = Readable.from(file.open(), { objectMode: false });
  if (!(await isGzip(file))) await pipeline(source, sink);
  else await pipeline(source, createGunzip(), sink).catch(rethrowDamage);
  return hash.digest('hex');
}

async function isGzip(file: SpooledFile): Promise<boolean> {
  for await (const chunk of file.open()) return chunk[0] === 0x1f && chunk[1] === 0x8b;
  return false;
}

function rethrowDamage(error: unknown): never {
  const isZlib = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
  throw isZlib ? refusal('damagedGzip', { why: ` (${error.message})` }, error) : error;
}
