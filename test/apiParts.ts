import { generateKeyPairSync } from 'node:crypto';
import type { ApiParts } from '../api/app.ts';
import { RATES } from '../api/rateLimits.ts';
import { principalsOf } from '../api/principals.ts';
import type { AuditEntry } from '../domain/auditEntry.ts';
import type { KnownUser } from '../domain/principal.ts';
import { HEALING_OFF } from '../domain/selfHealing.ts';
import { DEFAULT_RESOLUTION_RULES } from '../domain/resolutionPorts.ts';

/** Somebody who may read everything, for tests that are not about who asks. */
const READER_TOKEN = 'token-of-a-reader-of-everything';
export const AS_READER = { authorization: `Bearer ${READER_TOKEN}` } as const;
const READER: KnownUser = {
  token: READER_TOKEN,
  principal: { userId: 'reader', roles: new Set(['viewer']), merchants: null },
};

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
  runSummary: unused,
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
  healing: {
    candidates: unused,
    isInMergedReceipt: unused,
    usedOf: unused,
    reserve: unused,
    release: unused,
    reservationsOf: unused,
    switches: unused,
    set: unused,
  },
  healingRulesOf: () => HEALING_OFF,
  now: () => 0,
  newId: none,
  pause: unused,
};

const WITHOUT_LIMIT = { most: 1e9, withinMs: 1_000 };
/** More than any test asks for: what is tested is not how often. */
export const NO_LIMITS: ApiParts['limits'] = {
  rates: {
    address: WITHOUT_LIMIT,
    read: WITHOUT_LIMIT,
    money: WITHOUT_LIMIT,
    upload: WITHOUT_LIMIT,
    machine: WITHOUT_LIMIT,
    login: WITHOUT_LIMIT,
  },
  redis: null,
};

/** Parts of the API that a test does not ask for: whoever does learns it. */
export const UNUSED_PARTS: Pick<
  ApiParts,
  | 'queries'
  | 'overview'
  | 'exports'
  | 'statements'
  | 'intake'
  | 'eventForms'
  | 'readiness'
  | 'certificates'
  | 'certificateKey'
  | 'billFiles'
  | 'bills'
  | 'principals'
  | 'people'
  | 'cases'
  | 'evidenceOf'
  | 'takesUnsignedEvents'
  | 'limits'
  | 'billErrors'
  | 'deadLetters'
  | 'closeAgain'
  | 'alerts'
  | 'stream'
  | 'audit'
  | 'settings'
  | 'proposals'
  | 'secrets'
  | 'users'
> = {
  queries: UNUSED_QUERIES,
  overview: { queries: { overview: unused }, now: () => 0 },
  exports: { open: unused },
  statements: { open: unused },
  intake: { accept: unused },
  eventForms: [],
  readiness: [],
  alerts: { queries: { alerts: unused, alert: unused, orders: unused, acknowledge: unused }, now: () => 0 },
  stream: {
    live: { read: unused, newestId: unused, reaches: unused },
    verdicts: { read: unused, newestId: unused, reaches: unused },
  },
  certificates: { certificateOfRun: unused },
  certificateKey: generateKeyPairSync('ed25519').publicKey,
  billFiles: { billFiles: unused, billsOfRun: unused },
  evidenceOf: unused,
  takesUnsignedEvents: true,
  limits: { rates: RATES, redis: null },
  bills: {
    library: { billsOf: unused, billsById: unused, bytesOf: unused },
    access: { machines: new Map(), nonces: { isFirstUse: unused }, now: () => 0 },
    merchants: new Map(),
    receive: unused,
    importBill: unused,
    maxUploadBytes: 0,
  },
  principals: principalsOf([READER]),
  people: {
    users: { byId: unused, all: unused, save: unused },
    passwords: { hash: unused, isRight: unused },
    attempts: { take: unused, succeeded: unused, forget: unused, useTotpStep: unused },
    sealer: { seal: none, open: none },
    sessions: { open: unused, find: unused, turn: unused, renew: unused, end: unused, endAll: unused },
    tokens: { access: unused, readAccess: unused, refresh: none, readRefresh: none },
    places: { enter: none },
    merchants: new Map(),
    now: none,
    newId: none,
  },
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
    read: none,
    producer: { append: unused, close: unused },
    now: () => 0,
  },
  closeAgain: unused,
  settings: { view: unused, preview: unused, change: unused, history: unused, exported: unused },
  proposals: { list: unused, propose: unused, agree: unused, refuse: unused, withdraw: unused },
  secrets: { list: unused, replace: unused },
  users: {
    users: { byId: unused, all: unused, save: unused },
    passwords: { hash: unused, isRight: unused },
    sessions: { endAll: unused },
    attempts: { forget: unused },
    sealer: { seal: none, open: none },
    whileHeld: unused,
    now: none,
    newPassword: none,
    newTotpSecret: none,
  },
  // What a test asks of other routes is recorded nowhere.
  audit: {
    trail: { record: () => Promise.resolve(), assertWritable: () => undefined },
    queries: { entries: unused },
    now: () => 0,
  },
};

/** What is recorded, in the order in which it is. */
export function recordingTrail(recorded: AuditEntry[]): ApiParts['audit']['trail'] {
  return { record: async (entry) => void recorded.push(entry), assertWritable: () => undefined };
}
