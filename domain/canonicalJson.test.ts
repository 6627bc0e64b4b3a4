import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from './canonicalJson.ts';
import { canonicalJson, readCanonicalJson } from './canonicalJson.ts';

test('the example of RFC 8785, 3.2.2, apart from its fractions, gives the text of 3.2.3', () => {
  const given = String.raw`{
    "numbers": [333333333, 4, 2, 0, 1],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`;
  expect(canonicalJson(JSON.parse(given))).toBe(
    String.raw`{"literals":[null,true,false],"numbers":[333333333,4,2,0,1],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  );
});

test('names are sorted as in the example of RFC 8785, 3.2.3', () => {
  const given = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  };
  const canonical: Readonly<Record<string, string>> = JSON.parse(canonicalJson(given));
  const order = canonicalJson(given).match(/:"([^"]+)"/g);
  expect(order?.map((value) => value.slice(2, -1))).toEqual([
    'Carriage Return',
    'One',
    'Control',
    'Latin Small Letter O With Diaeresis',
    'Euro Sign',
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ]);
  expect(canonical).toEqual(given);
});

test('the integers of RFC 8785, Appendix B, are written so, and what is not exact is refused', () => {
  expect([0, -0, 9007199254740991, -9007199254740991].map(canonicalJson)).toEqual([
    '0',
    '0',
    '9007199254740991',
    '-9007199254740991',
  ]);
  for (const value of [0.5, 1e21, 9007199254740992, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  }
  expect(() => canonicalJson('\ud800')).toThrow(/surrogate/);
});

const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: 'grapheme' }),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'grapheme' }), tie('value'), { maxKeys: 4 }),
  ),
})).value;

test('a value is read back from its canonical text, and from no other', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
      expect(readCanonicalJson(text)).not.toBe(undefined);
      if (value !== null) expect(readCanonicalJson(text)).toEqual(JSON.parse(text));
      for (const other of [` ${text}`, `${text}\n`, `${text},`]) expect(readCanonicalJson(other)).toBe(null);
    }),
    { numRuns: 100 },
  );
  for (const other of ['{"b":1,"a":2}', '{"a":1,"a":1}', '[1.0]', '"\\u0041"', '{"a": 1}']) {
    expect(readCanonicalJson(other)).toBe(null);
  }
});
