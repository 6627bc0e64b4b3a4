import { hash } from 'node:crypto';
import { BOOKS } from './entry.ts';
import type { Side, Verdict } from './verdict.ts';

/** SHA-256 of nothing: the root over no leaves (RFC 6962, 2.1). */
export const EMPTY_ROOT = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * The text a verdict's leaf is the hash of: its facts, without run, version or time of writing, so that the same facts
 * give the same root whoever closes them and how often. One field a line in a fixed order; no field can hold a line
 * break (ids are printable ASCII), so that two verdicts never share a text.
 * What is rarely noted of a verdict is a line behind the others, and none where there is nothing to note: the leaves of
 * verdicts from before a note was known stay as they were.
 * The ledger builds the same text in SQL (adapters/clickhouse/closeLeaf.ts); both change together.
 */
export function leafText(verdict: Verdict): string {
  return [
    verdict.mode,
    verdict.merchantId,
    verdict.orderNo,
    verdict.keyPart,
    verdict.kind,
    verdict.refundNo ?? '',
    verdict.code,
    verdict.businessDate,
    verdict.channel ?? '',
    verdict.businessType ?? '',
    ...BOOKS.map((book) => sideText(verdict.sides[book])),
    flagsText(verdict),
    verdict.surplusFen?.toString() ?? '',
    verdict.possibleDuplicateOf ?? '',
    ...notesOf(verdict),
  ].join('\n');
}

function sideText(side: Side | null): string {
  if (side === null) return '';
  const identities = side.identities.map((i) => `${i.identity}=${i.amountFen}`).join(' ');
  const conflict = side.conflict ? ' conflict' : '';
  return `${side.amountFen} ${side.businessDate} ${side.occurredAtMs} ${identities}${conflict}`;
}

function flagsText(verdict: Verdict): string {
  return [verdict.possiblyCrossDay, verdict.amountConflict, verdict.split].map(Number).join('');
}

/** At most one line. */
function notesOf(verdict: Verdict): readonly string[] {
  const { mergedReceipt } = verdict;
  const notes = [
    ...(verdict.ambiguousRefund ? ['ambiguous-refund'] : []),
    ...(verdict.channelConflict ? ['channel-conflict'] : []),
    ...(mergedReceipt ? ['merged', mergedReceipt.hisOrderNo, ...mergedReceipt.orderNos] : []),
  ];
  return notes.length > 0 ? [notes.join(' ')] : [];
}

const LEAF = Buffer.of(0);

/** Leaf hash (RFC 6962: SHA-256 over a zero byte and the text), so that no leaf can pass for an inner node. */
export function leafOf(text: string): Buffer {
  return hash('sha256', Buffer.concat([LEAF, Buffer.from(text, 'utf8')]), 'buffer');
}

/** Grows a root leaf by leaf, in constant memory: it keeps one hash for each power of two in the count of leaves. */
export type MerkleBuilder = {
  add(leaf: Buffer): void;
  /** Hex root over the leaves added so far; more may follow. */
  root(): string;
};

export function merkleBuilder(): MerkleBuilder {
  // roots[i] covers 2^level leaves, with falling levels: the binary digits of the count.
  const roots: Buffer[] = [];
  let count = 0;
  return {
    add(leaf) {
      let carry = leaf;
      for (let rest = count; rest % 2 === 1; rest = Math.floor(rest / 2)) carry = node(roots.pop(), carry);
      roots.push(carry);
      count += 1;
    },
    root() {
      const root = roots.reduceRight<Buffer | null>(
        (right, left) => (right === null ? left : node(left, right)),
        null,
      );
      return root === null ? EMPTY_ROOT : root.toString('hex');
    },
  };
}

/** Hex root over leaves in key order. */
export function merkleRoot(leaves: Iterable<Buffer>): string {
  const builder = merkleBuilder();
  for (const leaf of leaves) builder.add(leaf);
  return builder.root();
}

const NODE_BYTES = 65;
export const LEAF_BYTES = 32;

/** Hash of an inner node (RFC 6962: SHA-256 over a one byte and both children). */
export function node(left: Buffer | undefined, right: Buffer): Buffer {
  if (left === undefined) throw new Error('a merkle node without a left child');
  const bytes = Buffer.allocUnsafe(NODE_BYTES);
  bytes[0] = 1;
  left.copy(bytes, 1);
  right.copy(bytes, 33);
  return hash('sha256', bytes, 'buffer');
}
