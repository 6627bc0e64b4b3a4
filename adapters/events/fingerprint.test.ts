import { expect, test } from 'vitest';
import type { SchemaJson } from './canonicalForm.ts';
import { canonicalFormOf } from './canonicalForm.ts';
import { fingerprintOf, singleObjectHeader } from './fingerprint.ts';

// Values of Avro's own share/test/data/schema-tests.txt.
test.each<[SchemaJson, bigint]>([
  ['null', 7195948357588979594n],
  [{ type: 'null' }, 7195948357588979594n],
  ['boolean', -6970731678124411036n],
  ['int', 8247732601305521295n],
  ['long', -3434872931120570953n],
  ['float', 5583340709985441680n],
  ['double', -8181574048448539266n],
  ['bytes', 5746618253357095269n],
  ['string', -8142146995180207161n],
  [[], -1241056759729112623n],
  [['int'], -5232228896498058493n],
  [{ fields: [], type: 'record', name: 'foo' }, -4824392279771201922n],
  [{ fields: [], type: 'record', name: 'foo', namespace: 'x.y' }, 5916914534497305771n],
  [{ fields: [], type: 'record', name: 'a.b.foo', namespace: 'x.y' }, -4616218487480524110n],
])('%j has the fingerprint that the specification gives', (schema, expected) => {
  expect(BigInt.asIntN(64, fingerprintOf(canonicalFormOf(schema)))).toBe(expected);
});

test('documentation, order, defaults and logical types do not change the canonical form', () => {
  const plain: SchemaJson = { type: 'record', name: 'a.R', fields: [{ name: 'x', type: 'long' }] };
  const wordy: SchemaJson = {
    doc: 'words',
    fields: [{ doc: 'x', default: 1, type: { type: 'long', logicalType: 'timestamp-millis' }, name: 'x' }],
    namespace: 'a',
    name: 'R',
    type: 'record',
  };
  expect(canonicalFormOf(wordy)).toBe(canonicalFormOf(plain));
  expect(canonicalFormOf(plain)).toBe('{"name":"a.R","type":"record","fields":[{"name":"x","type":"long"}]}');
});

test('a name inside a record takes the namespace of the record', () => {
  const schema: SchemaJson = {
    type: 'record',
    name: 'R',
    namespace: 'n',
    fields: [
      { name: 'e', type: { type: 'enum', name: 'E', symbols: ['A', 'B'] } },
      { name: 'f', type: ['null', 'E', { type: 'fixed', name: 'm.F', size: 8 }] },
      { name: 'g', type: { type: 'map', values: { type: 'array', items: 'E' } } },
    ],
  };
  expect(canonicalFormOf(schema)).toBe(
    '{"name":"n.R","type":"record","fields":[{"name":"e","type":{"name":"n.E","type":"enum","symbols":["A","B"]}},' +
      '{"name":"f","type":["null","n.E",{"name":"m.F","type":"fixed","size":8}]},' +
      '{"name":"g","type":{"type":"map","values":{"type":"array","items":"n.E"}}}]}',
  );
});

test('the header of a single object is the marker and the fingerprint with its low byte first', () => {
  expect(singleObjectHeader(0x63dd24e7cc258f8an).toString('hex')).toBe('c3018a8f25cce724dd63');
});
