import { LEAF_BYTES, node } from './merkle.ts';

/**
 * The hashes that lead from one leaf to the root, from the leaf up (RFC 6962, 2.1.1).
 * @param leaves all leaf hashes, one after the other
 */
export function auditPath(leaves: Buffer, index: number): readonly Buffer[] {
  const count = leaves.length / LEAF_BYTES;
  if (!Number.isInteger(index) || index < 0 || index >= count) throw new RangeError(`no leaf ${index}`);
  const path: Buffer[] = [];
  let [from, to] = [0, count];
  while (to - from > 1) {
    const middle = from + halfOf(to - from);
    const isLeft = index < middle;
    path.push(isLeft ? rootOfRange(leaves, middle, to) : rootOfRange(leaves, from, middle));
    if (isLeft) to = middle;
    else from = middle;
  }
  return path.reverse();
}

/**
 * The root that a leaf at this place of a tree of this size has by its path (RFC 9162, 2.1.3.2).
 * @returns null when the path does not fit the place and the size
 */
export function rootByPath(
  leaf: Buffer,
  place: { readonly index: number; readonly leaves: number },
  path: readonly Buffer[],
): string | null {
  if (place.index < 0 || place.index >= place.leaves) return null;
  let at = place.index;
  let last = place.leaves - 1;
  let root = leaf;
  for (const other of path) {
    if (last === 0) return null;
    const isRightChild = at % 2 === 1;
    root = isRightChild || at === last ? node(other, root) : node(root, other);
    // A last node without a sibling stands for itself on every level up to where it has one.
    while (!isRightChild && at === last && at % 2 === 0 && at !== 0) [at, last] = [at / 2, half(last)];
    [at, last] = [half(at), half(last)];
  }
  return last === 0 ? root.toString('hex') : null;
}

function half(n: number): number {
  return Math.floor(n / 2);
}

/** The largest power of two below a count of two or more. */
function halfOf(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

function rootOfRange(leaves: Buffer, from: number, to: number): Buffer {
  if (to - from === 1) return leaves.subarray(from * LEAF_BYTES, to * LEAF_BYTES);
  const middle = from + halfOf(to - from);
  return node(rootOfRange(leaves, from, middle), rootOfRange(leaves, middle, to));
}
