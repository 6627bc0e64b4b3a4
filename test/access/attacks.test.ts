import { randomUUID } from 'node:crypto';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DATE, line } from '../resolution/resolutionHarness.ts';
import { ROUTE_ROWS } from './routeRows.ts';
import { signedAs } from './signedAs.ts';
import type { HospitalName, TwoHospitals } from './twoHospitals.ts';
import { bearerOf, MARK, PNG, startTwoHospitals } from './twoHospitals.ts';

// Attacks by name. Whose ids are asked for in every role: matrix.test.ts; slow and large ones: hardening.test.ts; replayed
// and tampered events: producers.test.ts, bills: test/sources/billExchange.test.ts.

let world: TwoHospitals;

beforeAll(async () => {
  world = await startTwoHospitals();
});
afterAll(() => world[Symbol.asyncDispose]());

const OPERATOR = () => ({ ...bearerOf('operator', 'H001'), 'idempotency-key': randomUUID() });
const get = (url: string, headers = bearerOf('viewer', 'H001')) => world.app.inject({ url, headers });
const post = (url: string, payload: object) =>
  world.app.inject({ method: 'POST', url, headers: OPERATOR(), payload });

function signed(
  name: HospitalName,
  url: string,
  body?: Buffer,
  more: Record<string, string> = {},
): InjectOptions {
  const method = body ? 'POST' : 'GET';
  const headers = signedAs(world.hospitals[name], {
    method,
    url,
    atMs: world.nowMs,
    ...(body ? { body } : {}),
  });
  if (!body) return { method, url, headers };
  return {
    method,
    url,
    headers: { ...headers, 'content-type': 'application/octet-stream', ...more },
    payload: body,
  };
}

test('IDOR: every route that takes an id says of another hospital that there is none', () => {
  // An offer is its asker's alone; lists are named, not numbered; dead letters, secrets and users are of no hospital.
  const exempt = /one-sided-checks|exports\/:list|secrets\/:name|users\/:user/;
  const taking = ROUTE_ROWS.filter(({ route }) => route.includes('/:') && !exempt.test(route));
  expect(taking.length).toBeGreaterThan(15);
  for (const { route, elsewhere } of taking) expect([route, elsewhere]).toEqual([route, 'NOT_THERE']);
});

test("IDOR: another hospital's id beside one's own hospital opens nothing", async () => {
  const { H001: own, H002: other } = world.hospitals;
  const tries = [
    await get(`/api/v1/orders/${other.orderNo}?merchantId=H001`),
    await get(`/api/v1/proofs/${other.proof}?caseId=${own.proofCaseId}`),
    await get(`/api/v1/reconciliations/realtime-H002-${DATE}`),
    await post(`/api/v1/bill-errors/${other.billId}/handled`, { merchantId: 'H001', note: 'x' }),
    await post(`/api/v1/orders/${own.orderNo}/verification-codes`, {
      merchantId: 'H001',
      amountFen: '100',
      caseId: other.caseId,
    }),
  ];
  for (const { statusCode, body } of tries) expect([statusCode, body]).toEqual([404, expect.any(String)]);
  const ofRun = (run: string) => get(`/api/v1/exports/verdicts?format=csv&merchantId=H001&run=${run}`);
  const [theirs, none] = [await ofRun(other.runId), await ofRun('nothing')];
  expect(theirs.statusCode).toBe(none.statusCode);
  expect(theirs.json().detail.replace(other.runId, 'nothing')).toBe(none.json().detail);
});

test("a cursor of another hospital's list goes on in one's own", async () => {
  const theirs = await get('/api/v1/exceptions?limit=1', bearerOf('viewer', 'H002'));
  const { nextCursor } = theirs.json();
  expect(theirs.body).toContain(MARK.H002);
  expect(nextCursor).not.toBeNull();
  const answer = await get(`/api/v1/exceptions?limit=50&cursor=${nextCursor}`);
  expect(answer.statusCode).toBe(200);
  expect(answer.body).not.toContain(MARK.H002);
});

test('mass assignment: a body may say nothing but what its route asks for', async () => {
  const withBody = ROUTE_ROWS.flatMap(({ route, lets, ask }) => {
    const asked = ask?.(world.hospitals.H001);
    const isJson = asked?.body !== undefined && Object.keys(asked.body).length > 0 && Array.isArray(lets);
    return isJson && Array.isArray(lets) ? [{ route, lets, asked }] : [];
  });
  expect(withBody.length).toBeGreaterThan(10);
  for (const { route, lets, asked } of withBody) {
    const role = (['operator', 'approver', 'admin'] as const).find((one) => lets.includes(one)) ?? 'viewer';
    for (const more of [{ operator: 'boss' }, { merchants: null }, { state: 'DONE' }, { proofs: ['a'] }]) {
      const { statusCode, body } = await world.app.inject({
        method: 'POST',
        url: asked.url,
        headers: { ...bearerOf(role, 'H001'), 'idempotency-key': randomUUID() },
        payload: { ...asked.body, ...more },
      });
      expect([route, statusCode], body).toEqual([route, 400]);
    }
  }
});

test.each(['__proto__', 'constructor'])('prototype pollution: %s in a body is refused', async (name) => {
  const answer = await world.app.inject({
    method: 'POST',
    url: '/api/v1/exceptions/bulk',
    headers: { ...OPERATOR(), 'content-type': 'application/json' },
    payload: `{"action":"ASSIGN","ids":["${'0'.repeat(32)}"],"assignee":null,"${name}":{"prototype":{"roles":1}}}`,
  });
  expect(answer.statusCode).toBe(400);
  expect('roles' in {}).toBe(false);
});

describe('path traversal', () => {
  test.each([
    '/api/v1/proofs/..%2f..%2fetc%2fpasswd?caseId=' + '0'.repeat(32),
    '/api/v1/bill-errors/..%2f..%2fx/handled',
    '/api/v1/reconciliations/..%2f..%2f/export?format=csv',
    '/api/v1/exports/..%2fverdicts?format=csv',
    '/docs/static/..%2f..%2f..%2fpackage.json',
    '/docs/static/../../../package.json',
  ])('%s is no file of ours', async (url) => {
    const { statusCode, body } = await get(url);
    expect([400, 403, 404]).toContain(statusCode);
    expect(body).not.toMatch(/root:|"dependencies"/);
  });

  test('a machine names its file, never where it lies, and no line of a header', async () => {
    const text = [
      'order_no,channel_txn_no,refund_no,kind,amount,occurred_at,channel,business_type,his_order_no',
      'T1,44,,PAYMENT,1.00,2026-03-07 07:06:08,WECHAT,OUTPATIENT_FEE,R1',
    ].join('\n');
    const url = '/api/v1/bills?merchantId=H001&book=merchant&date=2026-03-07';
    const name = encodeURIComponent('../../etc/\r\nset-cookie: a=b/x"\r\ny.csv');
    const brought = await world.app.inject(
      signed('H001', url, Buffer.from(text), { 'duizhang-file-name': name }),
    );
    expect([brought.statusCode, brought.json().bill?.fileName]).toEqual([200, 'x"\r\ny.csv']);
    const file = await world.app.inject(signed('H001', `/api/v1/bills/${brought.json().bill.id}/file`));
    expect(file.statusCode).toBe(200);
    expect(file.headers['set-cookie']).toBeUndefined();
    expect(String(file.headers['content-disposition'])).toMatch(/^attachment; filename\*=UTF-8''[\w%.-]+$/);
  });
});

test.each(['H001\r\nset-cookie: a=b', 'H001"; filename="evil.exe', 'H001/../../x'])(
  'header injection: the name of an export is made of harmless letters: %j',
  async (merchantId) => {
    const answer = await get(`/api/v1/exports/bills?format=csv&merchantId=${encodeURIComponent(merchantId)}`);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(String(answer.headers['content-disposition'])).toMatch(/^attachment; filename="[\w.-]+"$/);
  },
);

describe('content-type confusion and polyglots', () => {
  const zip = Buffer.from('PK\x03\x04 a zip that a browser runs as a jar', 'latin1');
  const script = Buffer.from('<script>alert(1)</script>');
  test.each<[string, Buffer]>([
    ['a page behind a PNG', Buffer.concat([PNG, script])],
    ['an archive behind a PNG', Buffer.concat([PNG, zip])],
    ['a PNG behind a page', Buffer.concat([script, PNG])],
    ['a JPEG that is a page', Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), script])],
    ['a PDF that is a page', Buffer.concat([Buffer.from('%PDF-1.4\n'), script])],
    ['nothing', Buffer.alloc(0)],
  ])('%s is no proof, whatever it is called', async (_, bytes) => {
    const form = new FormData();
    form.set('method', 'CASH');
    form.set('note', 'x');
    form.set('files', new Blob([Uint8Array.from(bytes)], { type: 'image/png' }), 'receipt.png');
    const sent = new Response(form);
    const { caseId } = world.hospitals.H001;
    const answer = await world.app.inject({
      method: 'POST',
      url: `/api/v1/exceptions/${caseId}/supplement`,
      headers: { ...OPERATOR(), 'content-type': sent.headers.get('content-type') ?? '' },
      payload: Buffer.from(await sent.arrayBuffer()),
    });
    expect([answer.statusCode, answer.json().code]).toEqual([422, 'DZ_PROOF_TYPE']);
  });

  test('a proof is given back as what its bytes are, to be saved and not to be run', async () => {
    const { proof, proofCaseId } = world.hospitals.H001;
    const { headers } = await get(`/api/v1/proofs/${proof}?caseId=${proofCaseId}`);
    expect(headers).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': expect.stringMatching(/^attachment; /),
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
  });

  test.each([
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-7',
    'image/png',
  ])('money is not moved by a body of %s', async (type) => {
    const { caseId } = world.hospitals.H001;
    const answer = await world.app.inject({
      method: 'POST',
      url: `/api/v1/exceptions/${caseId}/refund`,
      headers: { ...OPERATOR(), 'content-type': type },
      payload: '{"verificationCode":"000000","note":"x"}',
    });
    expect([400, 415, 422]).toContain(answer.statusCode);
    expect(world.system.gateway.totalOf(world.hospitals.H001.orderNo)).toBe(0n);
  });
});

test('CSV and XLSX formulas: no cell of an export acts as one', async () => {
  const hostile = ['=HYPERLINK("http://evil")', '+1+1', '-1+1', '@SUM(A1)', '\t=1', '＝1'];
  await world.system.close.writeEvents(
    hostile.map((text, n) =>
      line('MERCHANT', `FORMULA${n}`, { hisOrderNo: text, sourceRef: `f-${n}`, channelTxnNo: null }),
    ),
  );
  const of = (format: string) => `/api/v1/exports/entries?format=${format}&from=${DATE}&to=${DATE}`;
  const csv = await get(of('csv'));
  expect(csv.body).toContain('HYPERLINK');
  const cells = csv.body.split(/[,\r\n]+/).map((cell) => cell.replace(/^"/, ''));
  expect(cells.filter((cell) => /^[=+\-@＝＋－＠\t]/.test(cell))).toEqual([]);
  const { xlsxSheet } = await sheetOf((await get(of('xlsx'))).rawPayload);
  expect(xlsxSheet).toContain('HYPERLINK');
  // <f> is a formula; text comes as text.
  expect(xlsxSheet).not.toMatch(/<f[ >]/);
});

async function sheetOf(bytes: Buffer): Promise<{ readonly xlsxSheet: string }> {
  const { fromBufferPromise } = await import('yauzl');
  const zip = await fromBufferPromise(bytes);
  let xlsxSheet = '';
  for await (const entry of zip.eachEntry()) {
    if (!/sheet\d+\.xml$|sharedStrings/.test(entry.fileName)) continue;
    for await (const piece of await zip.openReadStreamPromise(entry)) xlsxSheet += String(piece);
  }
  return { xlsxSheet };
}

test('replayed HMAC: a signature is good once, for its address, and for nobody else', async () => {
  const url = `/api/v1/bills?merchantId=H001&date=${world.hospitals.H001.billDate}`;
  const request = signed('H001', url);
  expect((await world.app.inject(request)).statusCode).toBe(200);
  expect((await world.app.inject(request)).statusCode).toBe(401);
  const another = signed('H001', url);
  expect((await world.app.inject({ ...another, url: `${url}&book=channel` })).statusCode).toBe(401);
  const moved = signed('H001', '/api/v1/bills?merchantId=H002&date=2026-03-08');
  expect((await world.app.inject(moved)).statusCode).toBe(404);
  const asOther = String(another.headers?.['authorization']).replace('front-H001', 'front-H002');
  expect((await world.app.inject({ ...another, headers: { authorization: asOther } })).statusCode).toBe(401);
});
