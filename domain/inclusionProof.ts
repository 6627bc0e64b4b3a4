import type { Json } from './canonicalJson.ts';
import type { SignedCertificate } from './certificate.ts';
import { signedCertificate } from './certificateForm.ts';
import type { Finding } from './finding.ts';
import { difference } from './finding.ts';
import { leafOf } from './merkle.ts';
import { rootByPath } from './merkleProof.ts';
import { count, list, oneOf, record, text } from './shape.ts';

export const PROOF_FORM = 'duizhang-proof/1';

/** That the verdicts of one order are among those of a certificate, and what they say. Needs nothing else. */
export type InclusionProof = {
  readonly form: typeof PROOF_FORM;
  readonly orderNo: string;
  readonly leaves: readonly ProvedLeaf[];
  readonly signed: SignedCertificate;
};

export type ProvedLeaf = {
  readonly index: number;
  /** The verdict, see `leafText`. */
  readonly text: string;
  /** Hashes from the leaf up to the root (RFC 6962, 2.1.1), hex. */
  readonly path: readonly string[];
};

const hash = text(/^[0-9a-f]{64}$/);

const proof = record<InclusionProof>((field) => ({
  form: field('form', oneOf([PROOF_FORM] as const)),
  orderNo: field('orderNo', text()),
  leaves: field(
    'leaves',
    list(
      record((each) => ({
        index: each('index', count),
        text: each('text', text()),
        path: each('path', list(hash)),
      })),
    ),
  ),
  signed: field('signed', signedCertificate),
}));

/** @throws ShapeError where it is no proof of a form that this version knows */
export function proofOf(value: Json): InclusionProof {
  return proof(value, 'proof');
}

/** Whether the leaves are the order's and lead to the certificate's root; its signature is another question. */
export function inclusionFindings({ orderNo, leaves, signed }: InclusionProof): readonly Finding[] {
  const { certificate } = signed;
  const { root, leaves: size } = certificate.merkle;
  const first = leaves[0]?.index ?? 0;
  return [
    ...(leaves.length > 0 ? [] : difference('proof', `order ${orderNo}`, 'a leaf', null)),
    ...leaves.flatMap((leaf, i) => {
      const where = `leaf ${leaf.index}`;
      const [mode, merchantId, order] = leaf.text.split('\n');
      const path = leaf.path.map((each) => Buffer.from(each, 'hex'));
      const found = rootByPath(leafOf(leaf.text), { index: leaf.index, leaves: size }, path);
      return [
        ...difference('proof', `${where}: place`, first + i, leaf.index),
        ...difference('proof', `${where}: mode`, certificate.mode, mode ?? null),
        ...difference('proof', `${where}: merchant`, certificate.merchantId, merchantId ?? null),
        ...difference('proof', `${where}: order`, orderNo, order ?? null),
        ...difference('proof', `${where}: root`, root, found),
      ];
    }),
  ];
}
