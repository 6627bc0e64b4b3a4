import { randomUUID } from 'node:crypto';
import { PAGE_IDS } from '../../domain/menus.ts';
import type { Role } from '../../domain/principal.ts';
import { DATE } from '../resolution/resolutionHarness.ts';
import type { Hospital } from './twoHospitals.ts';

// Every route of the API: who may call it, and what somebody of another hospital is told. test/access/matrix.test.ts fails
// where a route has no row here.

/**
 * What is told about a hospital that is not the caller's. NOT_THERE: 404. NOTHING: a list without anything of it.
 * NO_MATTER: the route has nothing of any hospital in it, or says so for each item.
 */
export type Elsewhere = 'NOT_THERE' | 'NOTHING' | 'NO_MATTER';

export type RouteRow = {
  /** As Fastify has it, e.g. `GET /api/v1/exceptions/:id`. */
  readonly route: string;
  /** MACHINE: those that sign; ANYONE: nobody has to say who they are. */
  readonly lets: readonly Role[] | 'MACHINE' | 'ANYONE';
  readonly elsewhere: Elsewhere;
  /** A request for what is of a hospital; absent for pages of documents. */
  readonly ask?: (hospital: Hospital) => Asked;
  /** Statuses of somebody who may; what moves money may be refused by its own rules. */
  readonly own?: readonly number[];
};

export type Asked = { readonly url: string; readonly body?: object };

const ALL: readonly Role[] = ['viewer', 'operator', 'approver', 'admin', 'auditor'];
const OPERATOR: readonly Role[] = ['operator'];
const APPROVER: readonly Role[] = ['approver'];
const DECIDED = [200, 202, 409, 422];
const V1 = '/api/v1';
const FULL_YEAR = 'from=2026-01-01&to=2026-12-31';
const CODE = { verificationCode: '000000' };

const list = (path: string, query = ''): RouteRow => ({
  route: `GET ${V1}${path}`,
  lets: ALL,
  elsewhere: 'NOTHING',
  ask: ({ merchantId }) => ({ url: `${V1}${path}?merchantId=${merchantId}${query}` }),
});
const get = (route: string, path: (hospital: Hospital) => string): RouteRow => ({
  route: `GET ${V1}${route}`,
  lets: ALL,
  elsewhere: 'NOT_THERE',
  ask: (hospital) => ({ url: `${V1}${path(hospital)}` }),
});
const post = (
  route: string,
  lets: readonly Role[],
  path: (hospital: Hospital) => string,
  body: (hospital: Hospital) => object = () => ({}),
): RouteRow => ({
  route: `POST ${V1}${route}`,
  lets,
  elsewhere: 'NOT_THERE',
  ask: (hospital) => ({ url: `${V1}${path(hospital)}`, body: body(hospital) }),
  own: DECIDED,
});
const onCase = (path: string, body: object): RouteRow =>
  post(
    `/exceptions/:id/${path}`,
    OPERATOR,
    ({ caseId }) => `/exceptions/${caseId}/${path}`,
    () => body,
  );
const page = (route: string): RouteRow => ({ route, lets: 'ANYONE', elsewhere: 'NO_MATTER' });

const ADMIN: readonly Role[] = ['admin'];
const SEES_SETTINGS: readonly Role[] = ['auditor', 'admin'];
const settingOf = ({ merchantId }: Hospital): object => ({
  base: 0,
  changes: [{ path: `/merchants/${merchantId}/rules/window`, value: '9m' }],
});
/** Nobody of single hospitals gets there. */
const ofAll = (route: string, body?: object): RouteRow => {
  const [method = '', path = ''] = route.split(' ');
  return {
    route: `${method} ${V1}${path}`,
    lets: method === 'GET' ? SEES_SETTINGS : ADMIN,
    elsewhere: 'NO_MATTER',
    ask: () => ({
      url: `${V1}${path.replace(/:\w+/, 'li')}`,
      ...(body === undefined ? {} : { body }),
    }),
    own: [403],
  };
};

export const ROUTE_ROWS: readonly RouteRow[] = [
  // Whoever logs in is nobody yet; what is refused of it is told in one sentence.
  { route: `POST ${V1}/sessions`, lets: 'ANYONE', elsewhere: 'NO_MATTER' },
  { route: `POST ${V1}/sessions/refresh`, lets: 'ANYONE', elsewhere: 'NO_MATTER' },
  { route: `GET ${V1}/sessions/ways`, lets: 'ANYONE', elsewhere: 'NO_MATTER' },
  { route: `POST ${V1}/sessions/oidc`, lets: 'ANYONE', elsewhere: 'NO_MATTER' },
  { route: `POST ${V1}/sessions/oidc/answer`, lets: 'ANYONE', elsewhere: 'NO_MATTER' },
  {
    route: `POST ${V1}/sessions/current/authentication/oidc`,
    lets: ALL,
    elsewhere: 'NO_MATTER',
    ask: () => ({
      url: `${V1}/sessions/current/authentication/oidc`,
      body: { state: 'x'.repeat(43), secret: 'x'.repeat(43), code: 'x' },
    }),
    own: [401, 404],
  },
  {
    route: `POST ${V1}/sessions/current/authentication`,
    lets: ALL,
    elsewhere: 'NO_MATTER',
    ask: () => ({ url: `${V1}/sessions/current/authentication`, body: { password: 'x' } }),
    own: [200, 401],
  },
  {
    route: `DELETE ${V1}/sessions/current`,
    lets: ALL,
    elsewhere: 'NO_MATTER',
    ask: () => ({ url: `${V1}/sessions/current` }),
    own: [204],
  },
  { route: `GET ${V1}/me`, lets: ALL, elsewhere: 'NO_MATTER', ask: () => ({ url: `${V1}/me` }) },
  { ...list('/audit'), lets: ['auditor', 'admin'] },
  list('/reconciliations'),
  get('/reconciliations/:id', ({ runId }) => `/reconciliations/${runId}`),
  get('/reconciliations/:id/certificate', ({ runId }) => `/reconciliations/${runId}/certificate`),
  get('/reconciliations/:id/export', ({ runId }) => `/reconciliations/${runId}/export?format=csv`),
  get('/reconciliations/:id/summary', ({ runId }) => `/reconciliations/${runId}/summary`),
  { ...list('/certificate-key'), elsewhere: 'NO_MATTER', ask: () => ({ url: `${V1}/certificate-key` }) },
  post(
    '/reconciliations',
    ['operator', 'admin'],
    () => '/reconciliations',
    ({ merchantId }) => ({ merchantId, date: DATE }),
  ),
  { ...list('/close-waits'), ask: () => ({ url: `${V1}/close-waits` }) },
  list('/match-rates'),
  list('/overview'),
  list('/realtime-quality', '&from=2026-03-01&to=2026-03-31'),
  { ...list('/merchants'), ask: () => ({ url: `${V1}/merchants` }) },
  {
    ...list('/exports/:list'),
    ask: ({ merchantId }) => ({
      url: `${V1}/exports/entries?format=jsonl&merchantId=${merchantId}&${FULL_YEAR}`,
    }),
  },
  get('/statements', ({ merchantId }) => `/statements?merchantId=${merchantId}&date=${DATE}&format=html`),
  list('/exceptions'),
  get('/exceptions/:id', ({ caseId }) => `/exceptions/${caseId}`),
  {
    ...post(
      '/exceptions/bulk',
      OPERATOR,
      () => '/exceptions/bulk',
      ({ caseId }) => ({ action: 'ASSIGN', ids: [caseId], assignee: 'li' }),
    ),
    elsewhere: 'NO_MATTER',
  },
  onCase('verification-codes', {}),
  onCase('refund', { ...CODE, note: 'x' }),
  onCase('write-off', { note: 'x' }),
  onCase('supplement', { method: 'CASH', note: 'x' }),
  onCase('external-refund', { channelRefundNo: '1', note: 'x' }),
  onCase('assign', { assignee: 'li' }),
  post(
    '/one-sided-checks',
    OPERATOR,
    () => '/one-sided-checks',
    ({ merchantId, orderNo }) => ({ merchantId, orderNo }),
  ),
  // An offer is its asker's alone: whoever has none is told that it has run out, whatever the number.
  {
    ...post(
      '/one-sided-checks/:id/verification-codes',
      OPERATOR,
      () => `/one-sided-checks/${'0'.repeat(32)}/verification-codes`,
    ),
    elsewhere: 'NO_MATTER',
  },
  {
    ...post(
      '/one-sided-checks/:id/refund',
      OPERATOR,
      () => `/one-sided-checks/${'0'.repeat(32)}/refund`,
      () => ({ ...CODE, note: 'x' }),
    ),
    elsewhere: 'NO_MATTER',
  },
  list('/actions'),
  post(
    '/actions/:id/approve',
    APPROVER,
    ({ actionId }) => `/actions/${actionId}/approve`,
    () => ({ note: 'x' }),
  ),
  post(
    '/actions/:id/reject',
    APPROVER,
    ({ actionId }) => `/actions/${actionId}/reject`,
    () => ({ note: 'x' }),
  ),
  get('/orders/:orderNo', ({ merchantId, orderNo }) => `/orders/${orderNo}?merchantId=${merchantId}`),
  post(
    '/orders/:orderNo/verification-codes',
    OPERATOR,
    ({ orderNo }) => `/orders/${orderNo}/verification-codes`,
    ({ merchantId }) => ({ merchantId, amountFen: '100' }),
  ),
  post(
    '/orders/:orderNo/refunds',
    OPERATOR,
    ({ orderNo }) => `/orders/${orderNo}/refunds`,
    ({ merchantId }) => ({ merchantId, amountFen: '100', ...CODE, note: 'x' }),
  ),
  get('/proofs/:sha256', ({ proof, proofCaseId }) => `/proofs/${proof}?caseId=${proofCaseId}`),
  list('/bill-errors'),
  post(
    '/bill-errors/:id/handled',
    OPERATOR,
    ({ billId }) => `/bill-errors/${billId}/handled`,
    ({ merchantId }) => ({ merchantId, note: 'x' }),
  ),
  list('/bill-files'),
  get('/bill-files/:id/file', ({ billId }) => `/bill-files/${billId}/file`),
  {
    ...post(
      '/bill-files',
      ['operator', 'admin'],
      ({ merchantId }) => `/bill-files?merchantId=${merchantId}&book=MERCHANT&fileName=a.csv`,
      () => ({ no: 'bill' }),
    ),
    // It is no octet stream.
    own: [400],
  },
  // Nobody knows of which hospital they are: people of single hospitals have none.
  { ...list('/dead-letters'), ask: () => ({ url: `${V1}/dead-letters` }) },
  list('/alerts'),
  { ...get('/alerts/:id', ({ alertId }) => `/alerts/${alertId}`), own: [200] },
  { ...get('/alerts/:id/orders', ({ alertId }) => `/alerts/${alertId}/orders`), own: [200] },
  {
    ...post(
      '/alerts/:id/acknowledge',
      ['operator', 'approver', 'admin'],
      ({ alertId }) => `/alerts/${alertId}/acknowledge`,
    ),
    own: [200],
  },
  {
    route: `GET ${V1}/stream`,
    lets: ALL,
    elsewhere: 'NOTHING',
    ask: () => ({ url: `${V1}/stream?once=true` }),
  },
  {
    ...post('/dead-letters/:id/replay', ['admin', 'operator'], () => '/dead-letters/payments-1-3/replay'),
    own: [404],
  },
  // Of all hospitals are these, or of those that an administrator reaches.
  { ...list('/settings'), lets: SEES_SETTINGS, elsewhere: 'NOT_THERE' },
  { ...list('/settings/history'), lets: SEES_SETTINGS, ask: () => ({ url: `${V1}/settings/history` }) },
  {
    ...post(
      '/settings/preview',
      ADMIN,
      () => '/settings/preview',
      (hospital) => settingOf(hospital),
    ),
    own: [200],
  },
  {
    ...post(
      '/settings',
      ADMIN,
      () => '/settings',
      (hospital) => ({ ...settingOf(hospital), reason: 'x' }),
    ),
    own: [200, 409],
  },
  {
    ...list('/settings/proposals'),
    lets: SEES_SETTINGS,
    ask: () => ({ url: `${V1}/settings/proposals` }),
    own: [200],
  },
  {
    ...post(
      '/settings/proposals',
      ADMIN,
      () => '/settings/proposals',
      (hospital) => ({ ...settingOf(hospital), reason: 'x' }),
    ),
    // It needs nobody's agreement; or another change was first.
    own: [422, 409],
  },
  ...(['agree', 'refuse', 'withdraw'] as const).map((step) => ({
    ...post(
      `/settings/proposals/:id/${step}`,
      ADMIN,
      ({ proposalId }) => `/settings/proposals/${proposalId}/${step}`,
      () => (step === 'withdraw' ? {} : { note: 'x' }),
    ),
    own: [200, 403, 409],
  })),
  ofAll('GET /settings/export'),
  ofAll('GET /settings/secrets'),
  ofAll('POST /settings/secrets/:name', { value: 'x', reason: 'x' }),
  ofAll('GET /users'),
  ofAll('POST /users', { user: 'li', roles: ['viewer'], reach: null }),
  ofAll('POST /users/:user', { name: 'x' }),
  ofAll('POST /users/:user/disable', {}),
  ofAll('POST /users/:user/enable', {}),
  ofAll('POST /users/:user/password', {}),
  ofAll('POST /users/:user/totp', {}),
  ofAll('DELETE /users/:user/totp'),
  {
    route: `GET ${V1}/bills`,
    lets: 'MACHINE',
    elsewhere: 'NOT_THERE',
    ask: ({ merchantId, billDate }) => ({ url: `${V1}/bills?merchantId=${merchantId}&date=${billDate}` }),
  },
  {
    route: `GET ${V1}/bills/:id/file`,
    lets: 'MACHINE',
    elsewhere: 'NOT_THERE',
    ask: ({ billId }) => ({ url: `${V1}/bills/${billId}/file` }),
  },
  {
    route: `POST ${V1}/bills`,
    lets: 'MACHINE',
    elsewhere: 'NOT_THERE',
    ask: ({ merchantId }) => ({
      url: `${V1}/bills?merchantId=${merchantId}&book=merchant`,
      body: { no: 'bill' },
    }),
    // It is no octet stream.
    own: [400],
  },
  {
    route: `POST ${V1}/events`,
    lets: 'MACHINE',
    elsewhere: 'NO_MATTER',
    ask: ({ merchantId }) => ({ url: `${V1}/events`, body: [{ merchantId, eventId: randomUUID() }] }),
  },
  page('GET /'),
  page('GET /assets/*'),
  page('GET /login/callback'),
  ...PAGE_IDS.filter((id) => id !== 'home').flatMap((id) => [page(`GET /${id}`), page(`GET /${id}/*`)]),
  page('GET /openapi.json'),
  page('GET /healthz'),
  page('GET /readyz'),
  page('GET /metrics'),
];
