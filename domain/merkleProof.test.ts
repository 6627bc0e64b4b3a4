import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { leafOf, merkleRoot } from './merkle.ts';
import { auditPath, rootByPath } from './merkleProof.ts';

const leavesOf = (count: number): Buffer[] => Array.from({ length: count }, (_, i) => leafOf(`leaf ${i}`));

test('every leaf of trees of up to forty leaves is proved by its path', () => {
  for (let count = 1; count <= 40; count++) {
    const leaves = leavesOf(count);
    const root = merkleRoot(leaves);
    for (const [index, leaf] of leaves.entries()) {
      expect(rootByPath(leaf, { index, leaves: count }, auditPath(Buffer.concat(leaves), index))).toBe(root);
    }
  }
});

test('the paths of the tree of seven leaves are those that RFC 6962, 2.1.3 shows', () => {
  const leaves = leavesOf(7);
  const rootOf = (from: number, to: number): string => merkleRoot(leaves.slice(from, to));
  const pathOf = (index: number) =>
    auditPath(Buffer.concat(leaves), index).map((hash) => hash.toString('hex'));
  expect(pathOf(0)).toEqual([rootOf(1, 2), rootOf(2, 4), rootOf(4, 7)]);
  expect(pathOf(3)).toEqual([rootOf(2, 3), rootOf(0, 2), rootOf(4, 7)]);
  expect(pathOf(4)).toEqual([rootOf(5, 6), rootOf(6, 7), rootOf(0, 4)]);
  expect(pathOf(6)).toEqual([rootOf(4, 6), rootOf(0, 4)]);
});

test('no other leaf, place or path gives the root', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 60 }), fc.nat(), fc.nat(), (count, a, b) => {
      const leaves = leavesOf(count);
      const root = merkleRoot(leaves);
      const [index, other] = [a % count, b % count];
      const leaf = leaves[index] ?? Buffer.alloc(0);
      const path = auditPath(Buffer.concat(leaves), index);
      const place = { index, leaves: count };
      expect(rootByPath(leafOf('x'), place, path)).not.toBe(root);
      if (other !== index) expect(rootByPath(leaf, { index: other, leaves: count }, path)).not.toBe(root);
      expect(rootByPath(leaf, place, [...path, leafOf('x')])).not.toBe(root);
      expect(rootByPath(leaf, place, path.slice(1))).not.toBe(root);
      expect(rootByPath(leaf, place, path.with(b % path.length, leafOf('x')))).not.toBe(root);
      expect(rootByPath(leaf, { index: count, leaves: count }, path)).toBe(null);
    }),
    { numRuns: 60 },
  );
});
