import type { KeyObject } from 'node:crypto';
import { readCanonicalJson } from '../../domain/canonicalJson.ts';
import type { Certificate, SignedCertificate } from '../../domain/certificate.ts';
import { certificateHash, isSignedBy, keyIdOf } from '../../domain/certificate.ts';
import { certificateOf } from '../../domain/certificateForm.ts';
import type { CertificateArchive } from '../../domain/closePorts.ts';
import type { Finding } from '../../domain/finding.ts';
import { difference } from '../../domain/finding.ts';
import { ShapeError } from '../../domain/shape.ts';

/**
 * Whether the merchant's stored chain leads from its first certificate to this one without a gap. Signatures by another
 * key than the given one, which was in use before or after, are not judged.
 */
export async function chainFindings(
  certificate: Certificate,
  archive: Pick<CertificateArchive, 'chain'>,
  publicKey: KeyObject,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const keyId = keyIdOf(publicKey);
  let place = 0;
  let before: string | null = null;
  for await (const document of archive.chain(certificate.merchantId, certificate.sequence)) {
    place += 1;
    const where = `certificate ${place} of ${certificate.merchantId}`;
    const signed = readOne(document);
    if (signed === null) return difference('chain', where, 'a certificate in canonical form', 'another text');
    if (signed.signature.keyId === keyId && !isSignedBy(signed, publicKey)) {
      findings.push(...difference('chain', `${where}: signature`, 'one that holds', 'one that does not'));
    }
    findings.push(
      ...difference('chain', `${where}: merchant`, certificate.merchantId, signed.certificate.merchantId),
      ...difference('chain', `${where}: sequence`, place, signed.certificate.sequence),
      ...difference('chain', `${where}: previous`, before, signed.certificate.previous),
    );
    before = certificateHash(signed.certificate);
  }
  return [
    ...findings,
    ...difference('chain', 'last certificate', certificateHash(certificate), before),
    ...difference('chain', 'length', certificate.sequence, place),
  ];
}

function readOne(document: string): SignedCertificate | null {
  const json = readCanonicalJson(document);
  try {
    return json === null ? null : certificateOf(json);
  } catch (error) {
    if (error instanceof ShapeError) return null;
    throw error;
  }
}
