import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  eachEvent,
  entryCountOf,
  HEADER_BYTES,
  MAX_ENTRY_BYTES,
  MAX_ENTRY_EVENTS,
  packEntries,
} from './entryFormat.ts';

function unpack(bytes: Buffer): readonly string[] | null {
  const count = entryCountOf(bytes);
  const events: string[] = [];
  return count !== null && eachEvent(bytes, count, (_, value) => events.push(value.toString('latin1')))
    ? events
    : null;
}

test('what is packed comes out again, in order and byte for byte, in entries within the limits', () => {
  const value = fc.oneof(
    { weight: 5, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    fc.nat(65_536).map((length) => new Uint8Array(length).fill(length)),
  );
  fc.assert(
    fc.property(fc.array(value, { maxLength: 1_200, size: 'max' }), (values) => {
      const entries = packEntries(values);
      const events = entries.flatMap(({ bytes }) => unpack(bytes) ?? ['malformed']);
      expect(events).toEqual(values.map((each) => Buffer.from(each).toString('latin1')));
      for (const { bytes, count } of entries) {
        expect(count).toBeLessThanOrEqual(MAX_ENTRY_EVENTS);
        expect(bytes.length).toBeLessThanOrEqual(MAX_ENTRY_BYTES);
        expect(entryCountOf(bytes.subarray(0, HEADER_BYTES))).toBe(count);
      }
    }),
    { numRuns: 30 },
  );
});

test('an event larger than an entry may be stands alone', () => {
  const counts = packEntries([Buffer.alloc(1), Buffer.alloc(MAX_ENTRY_BYTES), Buffer.alloc(1)]);
  expect(counts.map(({ count }) => count)).toEqual([1, 1, 1]);
});

test('an event is a view into its entry', () => {
  const [entry] = packEntries([Buffer.from('ab')]);
  eachEvent(entry?.bytes ?? Buffer.alloc(0), 1, (_, value) => expect(value.buffer).toBe(entry?.bytes.buffer));
  expect.assertions(1);
});

test('what was cut, lengthened or never packed is no entry', () => {
  const [entry] = packEntries(['first', 'second', ''].map((text) => Buffer.from(text)));
  const bytes = entry?.bytes ?? Buffer.alloc(0);
  expect(unpack(bytes)).toEqual(['first', 'second', '']);
  for (let length = 0; length < bytes.length; length += 1)
    expect(unpack(bytes.subarray(0, length))).toBeNull();
  expect(unpack(Buffer.concat([bytes, Buffer.alloc(1)]))).toBeNull();
  const event = Buffer.from('c301', 'hex');
  for (const other of [event, Buffer.from([1, 0, 0]), Buffer.from([1, 1, 2])]) {
    expect(unpack(other)).toBeNull();
  }
});
