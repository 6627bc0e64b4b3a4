import { createHash } from 'node:crypto';
import type { ReceiveBytes } from '../../domain/machine.ts';
import { SpooledFile } from './spooledFile.ts';

/** Spools a stream to disk. */
export const receiveBytes: ReceiveBytes = async (bytes, maxBytes) => {
  const hash = createHash('sha256');
  const file = await SpooledFile.of(bytes, (chunk) => void hash.update(chunk), maxBytes);
  return { sha256: hash.digest('hex'), open: () => file.open(), dispose: () => file.dispose() };
};
