import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { demoUsersPath } from '../../adapters/config/demoUsers.ts';
import { duizhang, killStarted, partOf, untilServing } from '../integration/startHarness.ts';

const dir = mkdtempSync(join(tmpdir(), 'dz-logs-'));
const data = join(dir, 'data');
afterAll(() => {
  killStarted();
  rmSync(dir, { recursive: true, force: true });
});

const KEY = randomBytes(32).toString('base64');
const DATE = '2026-03-09';
const PATIENT = '王小明';
const MARKERS = {
  key: KEY,
  patient: PATIENT,
  code: '739146',
  badToken: 'markerTokenOfNobody0123456789abcdef',
  idempotencyKey: 'markerIdempotencyKey',
  query: 'markerInAQuery',
  note: 'markerInANote',
  bill: 'markerInABill',
  card: '110101199003078515',
  stateOfTrace: 'markerInATrace',
} as const;
const KEY_NAME = 'front.key';
const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

function tokenOf(userId: string): string {
  const users: { user: string; token: string }[] = JSON.parse(readFileSync(demoUsersPath(data), 'utf8'));
  return users.find(({ user }) => user === userId)?.token ?? '';
}

function logs(): ReadonlyMap<string, string> {
  const folder = join(data, 'logs');
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

type OpenApi = {
  readonly paths: Readonly<
    Record<string, { get?: { parameters?: { name: string; in: string; required?: boolean }[] } }>
  >;
};

/** Nothing that any GET answers to whoever may see most holds one of these. */
async function shownNowhere(api: string, secrets: readonly string[]): Promise<void> {
  const headers = { authorization: `Bearer ${tokenOf('admin')}` };
  const { paths }: OpenApi = JSON.parse(await (await fetch(`${api}/openapi.json`)).text());
  const values: Readonly<Record<string, string>> = {
    merchantId: 'H001',
    date: DATE,
    from: DATE,
    to: DATE,
    format: 'html',
    list: 'exceptions',
    limit: '50',
    once: 'true',
  };
  const urls = Object.entries(paths).flatMap(([path, { get }]) => {
    if (!get) return [];
    const valueOf = (name: string): string =>
      name === 'format' && path.includes('export') ? 'csv' : (values[name] ?? 'a'.repeat(32));
    const query = (get.parameters ?? []).filter(
      (one) => one.in === 'query' && (one.required === true || ['merchantId', 'once'].includes(one.name)),
    );
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => valueOf(name));
    return [`${filled}?${query.map(({ name }) => `${name}=${valueOf(name)}`).join('&')}`];
  });
  let answered = 0;
  for (const url of [
    ...urls,
    '/',
    '/docs',
    '/docs/json',
    '/openapi.json',
    '/metrics',
    '/readyz',
    '/config',
    '/api/v1/config',
  ]) {
    const answer = await fetch(`${api}${url}`, { headers });
    const said = `${JSON.stringify([...answer.headers])}${await answer.text()}`;
    answered += answer.ok ? 1 : 0;
    for (const secret of secrets) {
      // Those who keep the configuration are told the name of the file in which a key lies, by two routes.
      if (secret === KEY_NAME && /^\/api\/v1\/settings\/(export|secrets)\?/.test(url)) continue;
      expect([url, said.includes(secret)]).toEqual([url, false]);
    }
  }
  // Most lists and pages are given, so that there is something in which a secret could be.
  expect([urls.length > 20, answered > 15]).toEqual([true, true]);
}

test('after a day of events, bills, mistakes and a ledger that dies, no log and no GET holds a key, token, code, note or patient', async () => {
  const keyFile = join(dir, KEY_NAME);
  writeFileSync(keyFile, `${KEY}\n`);
  chmodSync(keyFile, 0o600);
  const config = join(dir, 'config.yaml');
  writeFileSync(
    config,
    [
      "merchants: [{ id: H001, name: x, channels: { WECHAT: '1900000001' }, sources: { hdp: { url: 'http://127.0.0.1:1', keyId: k, keyFile: front.key } } }]",
      'machines: [{ id: front, merchants: [H001], mayUpload: [merchant], keys: [{ keyFile: front.key }] }]',
      '',
    ].join('\n'),
  );
  const env = { DUIZHANG_DATA: data, DUIZHANG_CONFIG: config };
  const system = duizhang(env, 'start', '--no-demo', '--port', '0');
  const api = await untilServing(data);
  const url = (path: string): string => `${api}${path}`;
  const ask = async (path: string, token: string | null, body?: unknown): Promise<number> => {
    const answer = await fetch(url(path), {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        'idempotency-key': MARKERS.idempotencyKey,
        traceparent: TRACE,
        tracestate: `x=${MARKERS.stateOfTrace}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    await answer.arrayBuffer();
    return answer.status;
  };
  const [operator, auditor] = [tokenOf('operator'), tokenOf('auditor')];
  const at = new Date(Date.now() - 3_600_000).toISOString();
  const event = {
    eventId: 'p-1',
    merchantId: 'H001',
    kind: 'PAYMENT',
    orderNo: 'A1',
    refundNo: null,
    channel: 'WECHAT',
    channelTxnNo: '42',
    amountFen: 2500,
    occurredAt: at,
    businessType: `REGISTRATION ${PATIENT}`,
  };
  const booked = {
    eventId: 'h-1',
    merchantId: 'H001',
    kind: 'PAYMENT',
    orderNo: 'A2',
    refundNo: null,
    hisOrderNo: MARKERS.card,
    amountFen: 2500,
    occurredAt: at,
    businessType: null,
  };
  expect(
    await ask('/api/v1/events', null, [
      event,
      { ...event, eventId: 'p-2', patientName: PATIENT },
      { ...event, orderNo: PATIENT.repeat(40) },
      booked,
      { ...booked, eventId: 'h-2', hisOrderNo: `${MARKERS.card} ${PATIENT}` },
    ]),
  ).toBe(200);
  // Who asks after an order by its trace finds what became of it.
  for (const [orderNo, code] of [
    ['A1', 'PLATFORM_ONLY'],
    ['A2', 'MERCHANT_ONLY'],
  ] as const) {
    const found = () =>
      (logs().get('pipeline.log') ?? '').split('\n').filter((line) => line.includes(`PAYMENT ${orderNo}`));
    await expect.poll(() => found().length, { timeout: 30_000 }).toBeGreaterThan(0);
    const line: unknown = JSON.parse(found()[0] ?? '');
    expect(line).toMatchObject({
      merchant: 'H001',
      matchKey: `PAYMENT ${orderNo}`,
      code,
      traceparent: TRACE,
    });
  }
  const refund = {
    merchantId: 'H001',
    amountFen: '2500',
    verificationCode: MARKERS.code,
    note: `${PATIENT} ${MARKERS.note}`,
  };
  expect(await ask('/api/v1/orders/A1/refunds', operator, refund)).toBeGreaterThanOrEqual(400);
  expect(await ask('/api/v1/orders/A1/refunds', operator, `{"note": "${MARKERS.note}`)).toBe(400);
  expect(await ask(`/api/v1/exceptions?q=${MARKERS.query}${encodeURIComponent(PATIENT)}`, operator)).toBe(
    200,
  );
  expect(await ask('/api/v1/audit', MARKERS.badToken)).toBe(401);
  const bill = join(dir, 'his.csv');
  writeFileSync(bill, `orderNo,name,amount\n${MARKERS.bill},${PATIENT},12.3x\n`);
  await duizhang(env, 'bill', 'import', bill, '--merchant', 'H001', '--book', 'merchant').ended;
  expect(await ask('/api/v1/audit?kind=ACTION', auditor)).toBe(200);

  await shownNowhere(api, [KEY, keyFile, KEY_NAME, MARKERS.code, operator, auditor]);

  // A parser's error shows the line that it could not read.
  const right = readFileSync(config, 'utf8');
  writeFileSync(config, `${right}a: b: ${MARKERS.query}\n`);
  await expect.poll(() => logs().get('api.log'), { timeout: 10_000 }).toContain('the configuration is wrong');
  writeFileSync(config, right);

  const ledger = partOf(system.process.pid, 'engineProcess.ts');
  if (ledger) process.kill(ledger.pid, 'SIGKILL');
  expect(
    await ask(`/api/v1/exports/exceptions?format=csv&merchantId=${MARKERS.query}`, operator),
  ).toBeGreaterThanOrEqual(500);
  expect(await ask('/api/v1/orders/A1/refunds', operator, refund)).toBeGreaterThanOrEqual(400);
  await expect.poll(() => ask('/readyz', operator), { timeout: 30_000 }).toBe(200);

  system.process.kill('SIGINT');
  const { stdout, stderr } = await system.ended;
  const written = new Map([...logs(), ['stderr', stderr]]);
  // What is not there cannot hold anything: every log was written, and failures were told.
  expect([...written.keys()].toSorted()).toEqual(
    expect.arrayContaining(['api.log', 'ledger.log', 'pipeline.log']),
  );
  expect(written.get('api.log')).toMatch(/audit trail waits|not recorded yet|request failed/);
  expect(written.get('pipeline.log')).toContain('a bill was asked for');
  for (const [name, text] of written) {
    for (const [marker, value] of Object.entries({ ...MARKERS, operator, auditor })) {
      expect([name, marker, text.includes(value) || text.includes(encodeURIComponent(value))]).toEqual([
        name,
        marker,
        false,
      ]);
    }
  }
  // The tokens of the demo's users are shown once, to whoever starts it; nothing else of all this is.
  for (const [marker, value] of Object.entries(MARKERS))
    expect([marker, stdout.includes(value)]).toEqual([marker, false]);
}, 120_000);
