import type { FastifyRequest } from 'fastify';
import { DuizhangError } from '../domain/errors.ts';
import { MOST_PROOF_BYTES, MOST_PROOFS, proofTypeOf } from '../domain/proofFile.ts';
import type { ProofStore } from '../domain/resolutionPorts.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** SHA-256 of files that came with the request and are kept; null where none could come. */
    uploadedProofs: readonly string[] | null;
  }
}

export const UPLOAD_LIMITS = {
  fileSize: MOST_PROOF_BYTES,
  files: MOST_PROOFS,
  fields: 20,
  fieldSize: 8_192,
  fieldNameSize: 64,
} as const;

/**
 * Takes a form apart: its files are kept as proofs, its fields become the body, which is checked like a JSON one.
 * @throws DZ_PROOF_TYPE, DZ_PROOF_TOO_LARGE, DZ_PROOF_TOO_MANY
 */
export async function takeForm(request: FastifyRequest, proofs: ProofStore): Promise<void> {
  if (!request.isMultipart()) return;
  const fields: Record<string, unknown> = {};
  const kept: string[] = [];
  try {
    for await (const part of request.parts()) {
      if (part.type === 'field') {
        fields[part.fieldname] = part.value;
        continue;
      }
      // One at a time: no more than one file is in memory.
      const bytes = await part.toBuffer();
      if (proofTypeOf(bytes) === null) throw noProof(part.filename);
      kept.push(await proofs.put(bytes));
    }
  } catch (error) {
    throw toldOf(error);
  }
  request.body = fields;
  request.uploadedProofs = kept;
}

function noProof(fileName: string): DuizhangError {
  return new DuizhangError(
    'DZ_PROOF_TYPE',
    `"${fileName}" is no whole PDF, PNG or JPEG file, whatever its name says`,
    { messageZh: `"${fileName}" 不是完整的 PDF、PNG 或 JPEG 文件` },
  );
}

function toldOf(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'FST_REQ_FILE_TOO_LARGE') {
    const most = MOST_PROOF_BYTES / 1024 / 1024;
    return new DuizhangError('DZ_PROOF_TOO_LARGE', `a proof has ${most} MB at most`, {
      cause: error,
      messageZh: `单个凭证文件不能超过 ${most} MB`,
    });
  }
  if (code === 'FST_FILES_LIMIT') {
    return new DuizhangError('DZ_PROOF_TOO_MANY', `${MOST_PROOFS} proofs at most go with one action`, {
      cause: error,
      messageZh: `一次最多上传 ${MOST_PROOFS} 个凭证文件`,
    });
  }
  return error;
}
