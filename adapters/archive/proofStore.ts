import type { BillArchive } from '../../domain/billArchive.ts';
import type { ProofStore } from '../../domain/resolutionPorts.ts';

/** Proofs in an archive of their own, which keeps what it is given for ever. */
export function archivedProofs(archive: BillArchive): ProofStore {
  return {
    put: async (bytes) => (await archive.keep(ReadableStream.from([bytes]))).sha256,
    open: (sha256) => archive.read(sha256),
  };
}
