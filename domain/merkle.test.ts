import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leafOf, leafText, merkleRoot } from './merkle.ts';
import type { Verdict } from './verdict.ts';

const sha256 = (...parts: readonly Uint8Array[]) =>
  createHash('sha256').update(Buffer.concat(parts)).digest();

/** The definition of RFC 6962, 2.1, word for word. */
function rootByDefinition(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (!only) return sha256();
  if (leaves.length === 1) return only;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha256(Buffer.of(1), rootByDefinition(leaves.slice(0, k)), rootByDefinition(leaves.slice(k)));
}

test('a root grown leaf by leaf is the one that RFC 6962 defines, for any number of leaves', () => {
  for (let count = 0; count <= 70; count++) {
    const leaves = Array.from({ length: count }, (_, i) => leafOf(`leaf ${i}`));
    expect(merkleRoot(leaves)).toBe(rootByDefinition(leaves).toString('hex'));
  }
});

test('the published test vectors of RFC 6962 trees hold', () => {
  // Certificate Transparency's reference vectors: roots over the first 0, 1, 2 and 3 of these leaves.
  const leaves = [Buffer.alloc(0), Buffer.of(0), Buffer.of(0x10)].map((bytes) => leafOf(bytes.toString()));
  expect(merkleRoot([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(merkleRoot(leaves.slice(0, 1))).toBe(
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  );
  expect(merkleRoot(leaves.slice(0, 2))).toBe(
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  );
  expect(merkleRoot(leaves)).toBe('aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77');
});

test('any changed, lost, added or swapped leaf changes the root', () => {
  const texts = fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(texts, fc.nat(), (names, seed) => {
      const leaves = names.map(leafOf);
      const at = seed % leaves.length;
      const root = merkleRoot(leaves);
      const other = leafOf('another leaf \u0000');
      expect(merkleRoot(leaves.with(at, other))).not.toBe(root);
      expect(merkleRoot(leaves.toSpliced(at, 1))).not.toBe(root);
      expect(merkleRoot(leaves.toSpliced(at, 0, other))).not.toBe(root);
      expect(merkleRoot(leaves.toReversed())).not.toBe(root);
    }),
    { numRuns: 50 },
  );
});

describe('the text of a leaf', () => {
  const lone: Verdict = {
    mode: 'THREE_WAY',
    merchantId: 'H001',
    kind: 'REFUND',
    orderNo: 'HP1',
    refundNo: null,
    keyPart: 'R~H9.4000.1773021600000',
    code: 'MERCHANT_ONLY',
    businessDate: '2026-03-09',
    channel: null,
    businessType: null,
    sides: {
      MERCHANT: {
        amountFen: 4000n,
        businessDate: '2026-03-09',
        occurredAtMs: 1_773_021_600_000,
        channel: null,
        identities: [{ identity: 'H9', amountFen: 4000n }],
        conflict: false,
      },
      PLATFORM: null,
      CHANNEL: null,
    },
    possiblyCrossDay: false,
    amountConflict: false,
    channelConflict: false,
    ambiguousRefund: false,
    split: false,
    surplusFen: null,
    possibleDuplicateOf: null,
    mergedReceipt: null,
  };

  test('is, of a verdict with nothing to note, what it was before there were notes', () => {
    expect(leafText(lone).split('\n')).toEqual([
      'THREE_WAY', 'H001', 'HP1', 'R~H9.4000.1773021600000', 'REFUND', '', 'MERCHANT_ONLY', '2026-03-09', '', '',
      '4000 2026-03-09 1773021600000 H9=4000', '', '', '000', '', '',
    ]); // prettier-ignore
  });

  test('holds what is noted in a line behind the others', () => {
    expect(leafText({ ...lone, ambiguousRefund: true })).toBe(`${leafText(lone)}\nambiguous-refund`);
    expect(leafText({ ...lone, ambiguousRefund: true, channelConflict: true })).toBe(
      `${leafText(lone)}\nambiguous-refund channel-conflict`,
    );
    const mergedReceipt = { hisOrderNo: 'H1', orderNos: ['A', 'B'] };
    expect(leafText({ ...lone, mergedReceipt })).toBe(`${leafText(lone)}\nmerged H1 A B`);
  });
});
