import type { ApiParts } from '../api/app.ts';

const unused = () => Promise.reject(new Error('unused'));

/** Parts of the API that a test does not ask for: whoever does learns it. */
export const UNUSED_PARTS: Pick<ApiParts, 'certificates' | 'bills'> = {
  certificates: { certificateOfRun: unused },
  bills: {
    library: { billsOf: unused, billsById: unused, bytesOf: unused },
    access: { machines: new Map(), nonces: { isFirstUse: unused }, now: () => 0 },
    merchants: new Map(),
    receive: unused,
    importBill: unused,
    maxUploadBytes: 0,
  },
};
