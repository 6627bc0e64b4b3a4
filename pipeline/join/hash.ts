/**
 * 53-bit hash of a text, so that it passes exactly through JavaScript and Lua numbers: two 32-bit multiplicative lanes
 * over the UTF-16 code units with a final avalanche (the construction of MurmurHash3's finaliser), 21 + 32 bits.
 * At 10 million members a day the chance that a new key meets an old one's hash is about 1e-9 a key; a hit is judged
 * with the full key anyway.
 */
export function hash53(text: string, seed = 0): number {
  let a = 0xdeadbeef ^ seed;
  let b = 0x41c6ce57 ^ seed;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    b = Math.imul(b ^ unit, 0x5f356495);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (b & 0x1fffff) * 0x1_0000_0000 + (a >>> 0);
}

/** Home slot of an order: the same whatever partition its events came from. */
export function slotOf(orderKey: string, slots: number): number {
  return hash53(orderKey, 1) % slots;
}
