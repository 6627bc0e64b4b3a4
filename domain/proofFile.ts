// What may be kept as a proof is told by its bytes, never by its name or by what the sender says of it.

export const PROOF_TYPES = ['application/pdf', 'image/png', 'image/jpeg'] as const;
export type ProofType = (typeof PROOF_TYPES)[number];

export const EXTENSION_OF: Readonly<Record<ProofType, string>> = {
  'application/pdf': 'pdf',
  'image/png': 'png',
  'image/jpeg': 'jpg',
};

export const MOST_PROOF_BYTES = 10 * 1024 * 1024;
export const MOST_PROOFS = 5;

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;
const JPEG = [0xff, 0xd8, 0xff] as const;
const PDF = [0x25, 0x50, 0x44, 0x46, 0x2d] as const;

/** By its first bytes alone, of bytes that were judged by `proofTypeOf` when they came. */
export function proofTypeByStart(bytes: Uint8Array): ProofType | null {
  if (begins(bytes, PDF)) return 'application/pdf';
  if (begins(bytes, PNG)) return 'image/png';
  return begins(bytes, JPEG) ? 'image/jpeg' : null;
}

/** @returns null for everything that is not one whole PDF, PNG or JPEG and nothing else */
export function proofTypeOf(bytes: Uint8Array): ProofType | null {
  const type = proofTypeByStart(bytes);
  if (type === null) return null;
  const isWhole = { 'application/pdf': isPdf, 'image/png': isPng, 'image/jpeg': isJpeg }[type];
  return isWhole(bytes) ? type : null;
}

/** Where a reader looks for the end (ISO 32000-1, 7.5.5). */
const PDF_TAIL_BYTES = 1024;

function isPdf(bytes: Uint8Array): boolean {
  const tail = Buffer.from(bytes.subarray(-PDF_TAIL_BYTES)).toString('latin1');
  const head = Buffer.from(bytes.subarray(0, 8)).toString('latin1');
  return /^%PDF-[12]\.\d/.test(head) && /startxref\s+\d+\s+%%EOF\s*$/.test(tail);
}

/** Chunks follow upon each other from IHDR to IEND, and nothing stands behind it (PNG, 5.3 and 5.6). */
function isPng(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let hasData = false;
  for (let at = PNG.length; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const type = Buffer.from(bytes.subarray(at + 4, at + 8)).toString('latin1');
    if (at === PNG.length && (type !== 'IHDR' || length !== 13)) return false;
    hasData ||= type === 'IDAT';
    at += 12 + length;
    if (type === 'IEND') return length === 0 && hasData && at === bytes.length;
  }
  return false;
}

const SOS = 0xda;

/** Segments up to the scan with a frame among them, and the end of image last (ITU T.81, B.1). */
function isJpeg(bytes: Uint8Array): boolean {
  if (bytes.at(-2) !== 0xff || bytes.at(-1) !== 0xd9) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let hasFrame = false;
  for (let at = 2; at + 4 <= bytes.length;) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff || marker === 0) return false;
    if (marker === SOS) return hasFrame;
    hasFrame ||= marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    at += 2 + view.getUint16(at + 2);
  }
  return false;
}

function begins(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}
