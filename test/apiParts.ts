import type { ApiParts } from '../api/app.ts';
import { principalsOf } from '../api/principals.ts';
import { DEFAULT_RESOLUTION_RULES } from '../domain/resolutionPorts.ts';

const unused = () => Promise.reject(new Error('unused'));
const none = (): never => {
  throw new Error('unused');
};

/** Ports of the ledger that nobody asks. */
export const UNUSED_QUERIES: ApiParts['queries'] = {
  reconciliations: unused,
  reconciliation: unused,
  exceptions: unused,
  matchRates: unused,
  closeWaits: unused,
  realtimeQuality: unused,
};

const UNUSED_CASE_LEDGER: ApiParts['cases']['deps']['ledger'] = {
  ordersTouchedSince: unused,
  followedUntil: unused,
  setFollowedUntil: unused,
  hasActions: unused,
  wordsOf: unused,
  rowsOf: unused,
  chains: none,
  orderFile: unused,
  orderFiles: unused,
  rowsOfRequests: unused,
  namedInBillErrors: unused,
  rowsOfCase: unused,
  keyOf: unused,
  rowsOfAction: unused,
  rowsOfRequest: unused,
  append: unused,
  ordersWithOpenRefunds: unused,
  writeEntries: unused,
  isNamedInBillError: unused,
  isClosed: unused,
};

export const UNUSED_CASE_DEPS: ApiParts['cases']['deps'] = {
  ledger: UNUSED_CASE_LEDGER,
  locks: { hold: unused },
  codes: { issue: unused, redeem: unused },
  offers: { put: unused, find: unused },
  notifier: { deliver: unused },
  gateways: { routeOf: none, gateway: none },
  his: { orderNow: unused },
  merchants: new Map(),
  rulesOf: () => DEFAULT_RESOLUTION_RULES,
  now: () => 0,
  newId: none,
  pause: unused,
};

/** Parts of the API that a test does not ask for: whoever does learns it. */
export const UNUSED_PARTS: Pick<
  ApiParts,
  | 'certificates'
  | 'bills'
  | 'principals'
  | 'cases'
  | 'evidenceOf'
  | 'billErrors'
  | 'deadLetters'
  | 'closeAgain'
  | 'audit'
> = {
  certificates: { certificateOfRun: unused },
  evidenceOf: unused,
  bills: {
    library: { billsOf: unused, billsById: unused, bytesOf: unused },
    access: { machines: new Map(), nonces: { isFirstUse: unused }, now: () => 0 },
    merchants: new Map(),
    receive: unused,
    importBill: unused,
    maxUploadBytes: 0,
  },
  principals: principalsOf([]),
  cases: {
    deps: UNUSED_CASE_DEPS,
    proofs: { put: unused, open: none },
    actions: { actions: unused },
  },
  billErrors: { queries: { billErrors: unused }, handleBill: unused },
  deadLetters: {
    letters: {
      letters: unused,
      counts: unused,
      letterAt: unused,
      lastPlaces: unused,
      openLetters: unused,
      markReplayed: unused,
    },
    producer: { append: unused, close: unused },
    now: () => 0,
  },
  closeAgain: unused,
  // What a test asks of other routes is recorded nowhere.
  audit: {
    trail: { record: () => Promise.resolve(), assertWritable: () => undefined },
    queries: { entries: unused },
    now: () => 0,
  },
};
