import { expect, test } from 'vitest';
import { traceparentOf } from './traceparent.ts';

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

test('a traceparent is taken as it is, of a later version what every version has', () => {
  expect(traceparentOf(TRACE)).toBe(TRACE);
  expect(traceparentOf(`01${TRACE.slice(2)}-more`)).toBe(`01${TRACE.slice(2)}`);
});

test.each([
  undefined,
  ['00-a'],
  '',
  'x',
  TRACE.toUpperCase(),
  `${TRACE}-more`,
  `${TRACE}0`,
  TRACE.slice(0, -1),
  `ff${TRACE.slice(2)}`,
  TRACE.replace(/4bf9\w+/, '0'.repeat(32)),
  TRACE.replace(/00f0\w+/, '0'.repeat(16)),
  `${TRACE}\n王小明`,
])('%j is none', (header) => {
  expect(traceparentOf(header)).toBeNull();
});
