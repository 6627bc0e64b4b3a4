import type { FastifyInstance, InjectOptions } from 'fastify';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { FolderArchive } from '../../adapters/archive/folderArchive.ts';
import { archivedProofs } from '../../adapters/archive/proofStore.ts';
import { clickHouseActionQueries } from '../../adapters/clickhouse/actionPages.ts';
import { clickHouseBillErrors } from '../../adapters/clickhouse/billErrorPages.ts';
import { clickHouseLedgerQueries } from '../../adapters/clickhouse/ledgerQueries.ts';
import { redisNoticeStream } from '../../adapters/redis/money/noticeStream.ts';
import { buildApp } from '../../api/app.ts';
import { principalsOf } from '../../api/principals.ts';
import { noticesCommand } from '../../cli/commands/notices.ts';
import type { AuditEntry } from '../../domain/auditEntry.ts';
import { caseIdOf } from '../../domain/caseId.ts';
import type { KnownUser, Role } from '../../domain/principal.ts';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import { billHandler } from '../../pipeline/close/handleBill.ts';
import { UNUSED_PARTS, recordingTrail } from '../apiParts.ts';
import { SAMPLE_MERCHANT, SAMPLES } from '../integration/closeHarness.ts';
import type { CaseSystem } from './resolutionHarness.ts';
import { DATE, line, matchedLines, startCaseSystem } from './resolutionHarness.ts';

const { merchantId } = SAMPLE_MERCHANT;
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const BIG_FEN = 60_000n;

let system: CaseSystem;
let app: FastifyInstance;
let keys = 0;
const recorded: AuditEntry[] = [];

const orders = { refund: '', big: '', supplement: '', matched: '' };

beforeAll(async () => {
  system = await startCaseSystem();
  system.rules = { ...system.rules, approvalFromFen: 50_000n };
  const { client, redis, dataDir, bills } = system.close;
  app = await buildApp({
    ...UNUSED_PARTS,
    queries: clickHouseLedgerQueries(client),
    metrics: new Registry(),
    principals: principalsOf([
      user('li', ['operator']),
      user('zhao', ['operator', 'approver']),
      user('wang', ['approver']),
      user('guest', ['viewer']),
      user('elsewhere', ['operator', 'approver'], ['H002']),
    ]),
    cases: {
      deps: { ...system.deps, notifier: redisNoticeStream(redis), rulesOf: () => system.rules },
      proofs: archivedProofs(new FolderArchive(join(dataDir, 'proofs'), Date.now)),
      actions: clickHouseActionQueries(client),
    },
    audit: {
      ...UNUSED_PARTS.audit,
      trail: recordingTrail(recorded),
    },
    billErrors: { queries: clickHouseBillErrors(client), handleBill: billHandler(bills, () => system.nowMs) },
  });
  orders.refund = system.newOrderNo();
  orders.big = system.newOrderNo();
  orders.supplement = system.newOrderNo();
  orders.matched = system.newOrderNo();
  const big = { amountFen: BIG_FEN };
  await system.close.writeEvents([
    line('PLATFORM', orders.refund),
    line('CHANNEL', orders.refund),
    line('PLATFORM', orders.big, big),
    line('CHANNEL', orders.big, big),
    line('MERCHANT', orders.supplement),
    ...matchedLines(orders.matched),
  ]);
  await system.close.close(DATE);
  await system.keepCases();
});
beforeEach(() => {
  system.nowMs += 60_000;
});
afterAll(async () => {
  await app.close();
  await system[Symbol.asyncDispose]();
});

function user(userId: string, roles: readonly Role[], merchants: readonly string[] | null = null): KnownUser {
  const own = merchants && new Set(merchants);
  return { token: tokenOf(userId), principal: { userId, roles: new Set(roles), merchants: own } };
}

function tokenOf(userId: string): string {
  return `token-of-${userId}`;
}

type Sent = { readonly key?: string; readonly body?: object };

async function send(userId: string, method: 'GET' | 'POST', path: string, { key, body }: Sent = {}) {
  const request: InjectOptions = {
    method,
    url: `/api/v1${path}`,
    headers: {
      authorization: `Bearer ${tokenOf(userId)}`,
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { payload: body }),
  };
  const answer = await app.inject(request);
  return { status: answer.statusCode, said: answer.json(), answer };
}

function newKey(): string {
  keys += 1;
  return `key ${keys}`;
}

function casePath(orderNo: string, rest: string): string {
  return `/exceptions/${caseIdOf(merchantId, orderNo, 'P')}/${rest}`;
}

async function newestCode(userId: string): Promise<string> {
  const [notice] = await redisNoticeStream(system.close.redis).latest(userId);
  return /\d{6}/.exec(notice?.text ?? '')?.[0] ?? '';
}

test('an exception is found, refunded once with a code, and the same request again gives the first answer', async () => {
  const list = await send('li', 'GET', `/exceptions?q=${orders.refund}&status=OPEN&type=CHANNEL_ONLY`);
  expect(list.said.items).toMatchObject([{ orderNo: orders.refund, channelFen: '10000', status: 'OPEN' }]);

  const sent = await send('li', 'POST', casePath(orders.refund, 'verification-codes'));
  expect(sent.said).toEqual({ amountFen: '10000', expiresAt: '2026-03-10T06:06:00.000Z' });
  const verificationCode = await newestCode('li');
  expect(verificationCode).toMatch(/^\d{6}$/);
  expect(sent.answer.body).not.toContain(verificationCode);

  const path = casePath(orders.refund, 'refund');
  const body = { verificationCode, note: 'HIS 未入账' };
  expect(await send('li', 'POST', path, { body })).toMatchObject({
    status: 400,
    said: {
      code: 'DZ_BAD_REQUEST',
      field: '/headers/idempotency-key',
      detailZh: expect.stringMatching(/[一-鿿]/),
    },
  });
  // Another person's code is none.
  expect(await send('zhao', 'POST', path, { key: newKey(), body })).toMatchObject({
    status: 422,
    said: { code: 'DZ_CODE_EXPIRED', field: '/verificationCode', detailZh: expect.stringMatching(/验证码/) },
  });
  const key = newKey();
  const first = await send('li', 'POST', path, { key, body });
  expect(first).toMatchObject({
    status: 200,
    said: { state: 'DONE', amountFen: '10000', caseStatus: 'RESOLVED' },
  });
  const again = await send('li', 'POST', path, { key, body: { ...body, verificationCode: '000000' } });
  expect([again.status, again.said]).toEqual([200, first.said]);
  expect(await send('li', 'POST', path, { key, body: { ...body, note: 'another' } })).toMatchObject({
    status: 422,
    said: { code: 'DZ_IDEMPOTENCY_KEY_USED' },
  });
  expect(
    await send('li', 'POST', casePath(orders.refund, 'write-off'), { key, body: { note: 'x' } }),
  ).toMatchObject({
    status: 422,
    said: { code: 'DZ_IDEMPOTENCY_KEY_USED' },
  });
  expect(await send('li', 'POST', path, { key: newKey(), body })).toMatchObject({
    status: 409,
    said: { code: 'DZ_ACTION_SETTLED' },
  });
  expect(system.gateway.totalOf(orders.refund)).toBe(10_000n);
  const resolved = await send('li', 'GET', `/exceptions?q=${orders.refund}&status=RESOLVED`);
  expect(resolved.said.items).toHaveLength(1);
  expect((await send('li', 'GET', `/exceptions?q=${orders.refund}&status=OPEN`)).said.items).toEqual([]);
});

test('from the threshold on a second person decides, who sees the balances and is answered alike under one key', async () => {
  await send('zhao', 'POST', casePath(orders.big, 'verification-codes'));
  const body = { verificationCode: await newestCode('zhao'), note: '重复缴费' };
  const asked = await send('zhao', 'POST', casePath(orders.big, 'refund'), { key: newKey(), body });
  expect(asked).toMatchObject({
    status: 202,
    said: { state: 'AWAITS_APPROVAL', caseStatus: 'PENDING_APPROVAL' },
  });
  expect(asked.said.adviceZh).toContain('审批');

  const waiting = await send('wang', 'GET', `/actions?state=AWAITS_APPROVAL&merchantId=${merchantId}`);
  expect(waiting.said.items).toMatchObject([
    {
      actionId: asked.said.actionId,
      operator: 'zhao',
      note: '重复缴费',
      balances: {
        before: { paidFen: '60000', refundedFen: '0', refundableFen: '60000' },
        after: { paidFen: '60000', refundedFen: '60000', refundableFen: '0' },
      },
    },
  ]);
  expect((await send('elsewhere', 'GET', '/actions')).said.items).toEqual([]);

  const path = `/actions/${asked.said.actionId}/approve`;
  const approval = { key: newKey(), body: { note: '已核对' } };
  expect(await send('li', 'POST', path, approval)).toMatchObject({
    status: 403,
    said: { code: 'DZ_FORBIDDEN' },
  });
  expect(await send('zhao', 'POST', path, approval)).toMatchObject({
    status: 403,
    said: { code: 'DZ_APPROVAL_OWN' },
  });
  expect((await send('elsewhere', 'POST', path, approval)).status).toBe(404);
  expect((await send('wang', 'POST', path, { body: {} })).status).toBe(400);
  const first = await send('wang', 'POST', path, approval);
  expect(first).toMatchObject({ status: 200, said: { state: 'DONE', amountFen: '60000' } });
  const again = await send('wang', 'POST', path, approval);
  expect([again.status, again.said]).toEqual([200, first.said]);
  expect(await send('wang', 'POST', path, { ...approval, body: { note: 'other' } })).toMatchObject({
    status: 422,
    said: { code: 'DZ_IDEMPOTENCY_KEY_USED' },
  });
  expect(await send('wang', 'POST', path, { key: newKey(), body: {} })).toMatchObject({
    status: 409,
    said: { code: 'DZ_APPROVAL_DECIDED' },
  });
  expect(system.gateway.totalOf(orders.big)).toBe(BIG_FEN);
  const done = await send('wang', 'GET', '/actions?state=DONE&limit=1');
  expect(done.said.items).toMatchObject([
    { actionId: asked.said.actionId, decidedBy: 'wang', balances: null },
  ]);
  const older = await send('wang', 'GET', `/actions?state=DONE&limit=1&cursor=${done.said.nextCursor}`);
  expect(older.said.items).toMatchObject([{ orderNo: orders.refund, decidedBy: null }]);
});

/** A form as a browser sends it. */
function form(fields: Readonly<Record<string, string>>, files: readonly (readonly [string, Buffer])[]) {
  const boundary = 'XXboundaryXX';
  const parts = [
    ...Object.entries(fields).map(([name, value]) => [
      Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
    ]),
    ...files.map(([name, bytes]) => [
      Buffer.from(
        `--${boundary}\r\ncontent-disposition: form-data; name="files"; filename="${name}"\r\ncontent-type: image/png\r\n\r\n`,
      ),
      bytes,
      Buffer.from('\r\n'),
    ]),
  ];
  return {
    payload: Buffer.concat([...parts.flat(), Buffer.from(`--${boundary}--\r\n`)]),
    type: `multipart/form-data; boundary=${boundary}`,
  };
}

async function sendForm(userId: string, path: string, key: string, sent: ReturnType<typeof form>) {
  const answer = await app.inject({
    method: 'POST',
    url: `/api/v1${path}`,
    headers: {
      authorization: `Bearer ${tokenOf(userId)}`,
      'idempotency-key': key,
      'content-type': sent.type,
    },
    payload: sent.payload,
  });
  return { status: answer.statusCode, said: answer.json() };
}

test('a supplement keeps its proof, which only those who may see the exception can fetch', async () => {
  const path = casePath(orders.supplement, 'supplement');
  const assigned = await send('li', 'POST', casePath(orders.supplement, 'assign'), {
    body: { assignee: 'li' },
  });
  expect(assigned).toMatchObject({ status: 200, said: { status: 'IN_PROGRESS', assignee: 'li' } });

  const fields = { method: 'CASH', note: '窗口现金补收' };
  const page = Buffer.from('<script>alert(1)</script>');
  expect(await sendForm('li', path, newKey(), form(fields, [['proof.png', page]]))).toMatchObject({
    status: 422,
    said: { code: 'DZ_PROOF_TYPE', field: '/files' },
  });
  const large = Buffer.concat([PNG, Buffer.alloc(10 * 1024 * 1024)]);
  expect(await sendForm('li', path, newKey(), form(fields, [['proof.png', large]]))).toMatchObject({
    status: 413,
    said: { code: 'DZ_PROOF_TOO_LARGE' },
  });
  const six = Array.from({ length: 6 }, (_, n) => [`${n}.png`, PNG] as const);
  expect(await sendForm('li', path, newKey(), form(fields, six))).toMatchObject({
    status: 413,
    said: { code: 'DZ_PROOF_TOO_MANY' },
  });
  expect((await sendForm('elsewhere', path, newKey(), form(fields, [['proof.png', PNG]]))).status).toBe(404);
  expect(await sendForm('li', path, newKey(), form({ ...fields, method: 'MAGIC' }, []))).toMatchObject({
    status: 422,
    said: { code: 'DZ_ACTION_METHOD', field: '/method' },
  });

  const key = newKey();
  const done = await sendForm('li', path, key, form(fields, [['../../凭证.png', PNG]]));
  expect(done).toMatchObject({ status: 200, said: { action: 'SUPPLEMENT', state: 'DONE' } });
  expect((await sendForm('li', path, key, form(fields, [['again.png', PNG]]))).said).toEqual(done.said);
  expect(await sendForm('li', path, key, form(fields, []))).toMatchObject({ status: 422 });

  const [action] = (await send('guest', 'GET', '/actions?state=DONE&limit=1')).said.items;
  expect(action).toMatchObject({
    actionId: done.said.actionId,
    method: 'CASH',
    proofs: [expect.any(String)],
  });
  const proof = `/api/v1/proofs/${action.proofs[0]}?caseId=${done.said.caseId}`;
  const fetched = await app.inject({ url: proof, headers: { authorization: `Bearer ${tokenOf('guest')}` } });
  expect(fetched.rawPayload.equals(PNG)).toBe(true);
  expect(fetched.headers).toMatchObject({
    'content-type': 'image/png',
    'x-content-type-options': 'nosniff',
    'content-disposition': expect.stringMatching(/^attachment; filename="proof-[0-9a-f]{12}\.png"$/),
  });
  const elsewhere = { authorization: `Bearer ${tokenOf('elsewhere')}` };
  expect((await app.inject({ url: proof, headers: elsewhere })).statusCode).toBe(404);
  expect((await app.inject(proof)).statusCode).toBe(401);
  const otherCase = `/proofs/${action.proofs[0]}?caseId=${caseIdOf(merchantId, orders.big, 'P')}`;
  expect((await send('guest', 'GET', otherCase)).status).toBe(404);
});

test('an order shows its money and is refunded in part, never beyond what was paid', async () => {
  const { matched } = orders;
  const order = `/orders/${matched}`;
  expect(await send('guest', 'GET', `${order}?merchantId=${merchantId}`)).toMatchObject({
    said: { paidFen: '10000', refundableFen: '10000', cases: [], refunds: [] },
  });
  const tooMuch = { merchantId, amountFen: '10001' };
  expect(await send('li', 'POST', `${order}/verification-codes`, { body: tooMuch })).toMatchObject({
    status: 422,
    said: { code: 'DZ_REFUND_EXCEEDS', field: '/amountFen' },
  });
  const part = { merchantId, amountFen: '4000' };
  expect((await send('li', 'POST', `${order}/verification-codes`, { body: part })).status).toBe(200);
  const body = { ...part, verificationCode: await newestCode('li'), note: '患者退号' };
  expect(
    await send('li', 'POST', `${order}/refunds`, { key: newKey(), body: { ...body, amountFen: '5000' } }),
  ).toMatchObject({ status: 422, said: { code: 'DZ_CODE_EXPIRED' } });
  const refunded = await send('li', 'POST', `${order}/refunds`, { key: newKey(), body });
  expect(refunded).toMatchObject({
    status: 200,
    said: { action: 'SELF_REFUND', state: 'DONE', amountFen: '4000' },
  });
  const { said } = await send('guest', 'GET', `${order}?merchantId=${merchantId}`);
  expect(said).toMatchObject({
    paidFen: '10000',
    refundedFen: '4000',
    openFen: '0',
    refundableFen: '6000',
    refunds: [
      { refundNo: refunded.said.refundNo, amountFen: '4000', state: 'SUCCEEDED', books: ['PLATFORM'] },
    ],
  });
  expect((await send('elsewhere', 'GET', `${order}?merchantId=${merchantId}`)).status).toBe(404);
  expect((await send('guest', 'GET', `/orders/HP999999?merchantId=${merchantId}`)).status).toBe(404);
});

test('rows that could not be read leave the list once somebody has handled them', async () => {
  const [header, first, ...rows] = readFileSync(`${SAMPLES}platform-20260309.csv`, 'utf8').split('\n');
  const unreadable = first?.replace(/\d+\.\d\d/, 'x').replace(/,\d+,/, ',x,');
  await system.close.importText([header, unreadable, ...rows].join('\n'), 'PLATFORM');
  const { said } = await send('guest', 'GET', '/bill-errors');
  expect(said.items).toMatchObject([
    { merchantId, date: DATE, book: 'PLATFORM', errorRows: 1, rows: [{ line: 2, code: expect.any(String) }] },
  ]);
  const [bill] = said.items;
  const path = `/bill-errors/${bill.id}/handled`;
  const body = { merchantId, note: '已核实' };
  expect((await send('guest', 'POST', path, { body })).status).toBe(403);
  expect((await send('elsewhere', 'POST', path, { body })).status).toBe(404);
  expect((await send('elsewhere', 'GET', '/bill-errors')).said.items).toEqual([]);
  expect(await send('li', 'POST', path, { body })).toMatchObject({ status: 200, said: { handledBy: 'li' } });
  expect((await send('guest', 'GET', '/bill-errors')).said.items).toEqual([]);
});

test('whoever may not reach a hospital finds nothing of it in lists, and acts on nothing', async () => {
  expect((await send('elsewhere', 'GET', '/exceptions')).said.items).toEqual([]);
  expect((await send('elsewhere', 'GET', '/reconciliations')).said.items).toEqual([]);
  expect((await send('elsewhere', 'GET', '/match-rates')).said.items).toEqual([]);
  expect((await send('guest', 'GET', '/exceptions')).said.items.length).toBeGreaterThan(0);
  const [run] = (await send('guest', 'GET', '/reconciliations?mode=THREE_WAY')).said.items;
  expect((await send('guest', 'GET', `/reconciliations/${run.id}`)).said).toEqual(run);
  expect((await send('elsewhere', 'GET', `/reconciliations/${run.id}`)).status).toBe(404);
  expect((await send('elsewhere', 'GET', `/reconciliations/${run.id}/export?format=csv`)).status).toBe(404);
  const body = { note: 'x' };
  const known = await send('elsewhere', 'POST', casePath(orders.big, 'write-off'), { key: newKey(), body });
  const unknown = await send('elsewhere', 'POST', `/exceptions/${'0'.repeat(32)}/write-off`, {
    key: newKey(),
    body,
  });
  expect([known.status, known.said.code]).toEqual([404, 'DZ_NOT_FOUND']);
  expect([unknown.status, unknown.said.code]).toEqual([404, 'DZ_NOT_FOUND']);
  expect((await send('elsewhere', 'POST', casePath(orders.big, 'verification-codes'))).status).toBe(404);
});

test('the record of an action names it as its case does, whoever asked, and a proof that was taken says of which hospital', async () => {
  const actions = recorded.filter(({ kind, actionId }) => kind === 'ACTION' && actionId !== '');
  expect(actions.length).toBeGreaterThan(3);
  for (const { actionId } of actions) {
    expect((await system.deps.ledger.rowsOfAction(WHOLE_LEDGER, actionId)).length).toBeGreaterThan(0);
  }
  expect(actions).toContainEqual(
    expect.objectContaining({
      who: 'li',
      status: 200,
      merchants: [merchantId],
      said: expect.objectContaining({
        orderNo: orders.refund,
        action: 'REFUND',
        state: 'DONE',
        amountFen: '10000',
      }),
    }),
  );
  const proofs = recorded.filter(({ kind, status }) => kind === 'PROOF_DOWNLOAD' && status === 200);
  expect(proofs).toContainEqual(expect.objectContaining({ merchants: [merchantId] }));
});

test('the command shows what the demo has told a user', async () => {
  let out = '';
  const io = {
    stdout: (text: string) => {
      out += text;
    },
    stderr: () => undefined,
    env: { DUIZHANG_DATA: system.close.dataDir },
    cwd: process.cwd(),
  };
  expect(await noticesCommand.run(['--user', 'li'], io)).toBe(0);
  expect(out.split('\n')[0]).toMatch(/^2026-03-10 14:04:00 {2}验证码 \d{6}：订单 HP\d+ 退款 40\.00 元/);
  expect(await noticesCommand.run(['--user', 'nobody'], io)).toBe(1);
});
