import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IdentitySet } from './identitySet.ts';

function add(set: IdentitySet, parts: readonly string[]): boolean {
  set.start(1);
  for (const part of parts) set.mix(`<${part}>`, 1, part.length + 1);
  return set.add();
}

test('it knows what it has seen as a set of texts does', () => {
  const identity = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '0'), maxLength: 5 }), {
    maxLength: 3,
  });
  fc.assert(
    fc.property(fc.array(identity, { maxLength: 60 }), (identities) => {
      const set = new IdentitySet();
      const known = new Set<string>();
      for (const parts of identities) {
        const key = JSON.stringify(parts);
        expect(add(set, parts)).toBe(!known.has(key));
        known.add(key);
      }
    }),
    { numRuns: 300 },
  );
});

test('it keeps 300,000 consecutive numbers apart and knows each of them again', () => {
  const set = new IdentitySet();
  const number = (i: number) => ['4200009900202603050' + String(i).padStart(9, '0')];
  let taken = 0;
  let again = 0;
  for (let i = 0; i < 300_000; i += 1) if (add(set, number(i))) taken += 1;
  for (let i = 0; i < 300_000; i += 1) if (!add(set, number(i))) again += 1;
  expect([taken, again]).toEqual([300_000, 300_000]);
});
