import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonPieces } from './jsonPieces.ts';

test('pieces are together the JSON of the object', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), (object) => {
      expect(JSON.parse([...jsonPieces(object)].join(''))).toEqual(JSON.parse(JSON.stringify(object)));
    }),
  );
});

test('a long array is cut into pieces, its items one a line', () => {
  const items = Array.from({ length: 1234 }, (_, i) => ({ i }));
  const pieces = [...jsonPieces({ items })];
  expect(pieces.length).toBeGreaterThan(4);
  expect(pieces.join('').split('\n')).toHaveLength(items.length + 5);
});
