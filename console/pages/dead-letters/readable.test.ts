import { expect, test } from 'vitest';
import { bytesOf, readable } from './readable.ts';

test('JSON is laid out, text stays, and other bytes are shown in hexadecimal with their letters', () => {
  expect(readable(new TextEncoder().encode('{"a":"医院"}'))).toBe('{\n  "a": "医院"\n}');
  expect(readable(new TextEncoder().encode('{"a":'))).toBe('{"a":');
  expect(readable(bytesOf('wwFBQg=='))).toBe(`${'c3 01 41 42'.padEnd(48)} ..AB`);
});
