import { certificateOf } from '../../domain/certificateForm.ts';
import type { CertificateArchive, CloseLedger } from '../../domain/closePorts.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { InclusionProof } from '../../domain/inclusionProof.ts';
import { PROOF_FORM, inclusionFindings } from '../../domain/inclusionProof.ts';
import { auditPath } from '../../domain/merkleProof.ts';

/**
 * Proves the verdicts of one order by the certificate that contains them.
 * @throws DZ_ORDER_NOT_CERTIFIED; DZ_SYSTEM_LEDGER_CHANGED when the stored rows do not lead to the certificate's root any more
 */
export async function proveOrder(
  document: string,
  orderNo: string,
  parts: { readonly archive: CertificateArchive; readonly ledger: Pick<CloseLedger, 'leaves'> },
): Promise<InclusionProof> {
  const signed = certificateOf(JSON.parse(document));
  const { certificate } = signed;
  const { first, texts } = await parts.archive.orderLeaves(certificate, orderNo);
  if (texts.length === 0) {
    throw new DuizhangError(
      'DZ_ORDER_NOT_CERTIFIED',
      `the run ${certificate.runId} of ${certificate.merchantId} ${certificate.businessDate} has no verdict on an order ${orderNo}; check the number and the date`,
    );
  }
  const batches: Buffer[] = [];
  for await (const batch of parts.ledger.leaves(certificate)) batches.push(Buffer.concat(batch));
  const leaves = Buffer.concat(batches);
  const proof: InclusionProof = {
    form: PROOF_FORM,
    orderNo,
    leaves: texts.map((text, i) => ({
      index: first + i,
      text,
      path: auditPath(leaves, first + i).map((hash) => hash.toString('hex')),
    })),
    signed,
  };
  if (inclusionFindings(proof).length === 0) return proof;
  throw new DuizhangError(
    'DZ_SYSTEM_LEDGER_CHANGED',
    `the stored verdicts of run ${certificate.runId} are not those that were certified; ./duizhang verify on its certificate names what differs`,
  );
}
