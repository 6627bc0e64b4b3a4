import { expect, test } from 'vitest';
import { oneOf, searchOf, text } from './search.ts';

const search = searchOf({ tab: oneOf(['users', 'history'] as const), q: text });

test('what does not fit is taken out of what the router has of the address', () => {
  const raw = { tab: 'nothing', q: 'HP1' };
  expect({ ...raw, ...search(raw) }).toEqual({ tab: undefined, q: 'HP1' });
});

test('what an address does not name is not there', () => {
  expect(Object.keys(search({ tab: 'users' }))).toEqual(['tab']);
});
