/** FNV-1a (32 bit) over the key's UTF-8 bytes, modulo the count: easy to have in any producer's language. */
export function partitionNumberOf(key: string, count: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    const code = key.charCodeAt(index);
    // Nearly all keys are ASCII, whose bytes are its codes.
    if (code > 0x7f) return hashOf(Buffer.from(key, 'utf8')) % count;
    hash = Math.imul(hash ^ code, 0x01000193);
  }
  return (hash >>> 0) % count;
}

function hashOf(bytes: Buffer): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
