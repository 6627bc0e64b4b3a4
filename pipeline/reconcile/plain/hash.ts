/** Lanes of hash that take four bytes a round; seeds are drawn anew for every run, so that no file can be made to collide. */
export type Seeds = { readonly order: number; readonly key: number };

export const MIX_A = 0xcc9e2d51;
export const MIX_B = 0x1b873593;
export const MIX_C = 0x85ebca6b;

/** `wordAt` may look so many bytes beyond the end of what it reads. */
export const READ_AHEAD_BYTES = 4;

/** The last scramble of MurmurHash3. */
export function scramble(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** The bytes from `at` to `end`, four at most, as one number. */
export function wordAt(view: DataView, at: number, end: number): number {
  const word = view.getInt32(at, true);
  return end - at >= 4 ? word : word & ((1 << ((end - at) << 3)) - 1);
}

/** Hash over the receipt number between two places; 0 stands for none. */
export function receiptHash(view: DataView, start: number, end: number, seed: number): number {
  if (start === end) return 0;
  let hash = seed ^ (end - start);
  for (let at = start; at < end; at += 4)
    hash = Math.imul(hash ^ wordAt(view, at, end), MIX_B) ^ (hash >>> 15);
  return scramble(hash) || 1;
}

/** `receiptHash` of a receipt number that stands alone. */
export function receiptHashOf(receipt: string, seed: number): number {
  const bytes = Buffer.alloc(receipt.length + READ_AHEAD_BYTES);
  bytes.write(receipt, 'latin1');
  return receiptHash(viewOf(bytes), 0, receipt.length, seed);
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
