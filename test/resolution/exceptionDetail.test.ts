import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildApp } from '../../api/app.ts';
import { clickHouseEvidence } from '../../adapters/clickhouse/caseEvidence.ts';
import { clickHouseLedgerQueries } from '../../adapters/clickhouse/ledgerQueries.ts';
import { readRunFile, writeRunFile } from '../../adapters/process/runFile.ts';
import { caseCommand } from '../../cli/commands/case.ts';
import { caseIdOf } from '../../domain/caseId.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import { caseEvidence } from '../../resolution/evidence.ts';
import { UNUSED_PARTS } from '../apiParts.ts';
import type { CaseSystem } from './resolutionHarness.ts';
import { DATE, line, OPERATOR, person, startCaseSystem } from './resolutionHarness.ts';

const CONFIG = fileURLToPath(new URL('../../duizhang.config.yaml', import.meta.url));
const ORDER = 'AP0001';
const ID = caseIdOf('H001', ORDER, 'P');
const CALLERS: Readonly<Record<string, Principal>> = {
  li: OPERATOR,
  chen: { ...person('chen', 'viewer'), merchants: new Set(['H002']) },
};
let system: CaseSystem;
let app: FastifyInstance;

beforeAll(async () => {
  system = await startCaseSystem();
  const books = ['MERCHANT', 'PLATFORM', 'CHANNEL'] as const;
  await system.close.writeEvents([
    ...books.map((book) => line(book, 'BACKGROUND')),
    line('MERCHANT', ORDER, { amountFen: 9_999n }),
    line('PLATFORM', ORDER),
    line('CHANNEL', ORDER),
  ]);
  await system.close.close(DATE);
  await system.keepCases();
  const evidence = clickHouseEvidence(system.close.client);
  const deps = { ledger: system.ledger, evidence, merchants: system.deps.merchants, now: Date.now };
  app = await buildApp({
    ...UNUSED_PARTS,
    queries: clickHouseLedgerQueries(system.close.client),
    metrics: new Registry(),
    principals: (authorization) => {
      const caller = CALLERS[authorization ?? ''];
      if (!caller) throw new DuizhangError('DZ_UNAUTHENTICATED', 'nobody that is known');
      return caller;
    },
    evidenceOf: (principal, id) => caseEvidence(principal, id, deps),
  });
});
afterAll(async () => {
  await app.close();
  await system[Symbol.asyncDispose]();
});

const get = (id: string, caller: string) =>
  app.inject({ url: `/api/v1/exceptions/${id}`, headers: { authorization: caller } });

async function show(...args: readonly string[]) {
  const { dataDir } = system.close;
  writeRunFile(dataDir, { ...readRunFile(dataDir), configPath: CONFIG });
  let out = '';
  const code = await caseCommand.run(['show', ...args], {
    stdout: (text) => void (out += text),
    stderr: () => undefined,
    env: { DUIZHANG_DATA: dataDir },
    cwd: dataDir,
  });
  return { code, out };
}

test('an exception is given with fen as texts, differing fields marked and every action ruled on', async () => {
  const response = await get(ID, 'li');
  expect(response.statusCode).toBe(200);
  expect(response.json()).toMatchObject({
    id: ID,
    type: 'AMOUNT_MISMATCH',
    amounts: { merchant: '9999', platform: '10000', channel: '10000' },
    status: 'OPEN',
    missingIn: [],
    money: { paidFen: '10000', refundableFen: '10000' },
    timeline: [{ step: 'OPENED', operator: 'system' }],
  });
  const { compared, actions, lines } = response.json<ReturnType<typeof JSON.parse>>();
  expect(compared).toContainEqual({
    field: 'amountFen',
    merchant: ['9999'],
    platform: ['10000'],
    channel: ['10000'],
    differs: true,
  });
  expect(actions).toHaveLength(5);
  expect(lines).toContainEqual(
    expect.objectContaining({
      book: 'MERCHANT',
      origin: {
        source: 'EVENT',
        eventId: `MERCHANT-${ORDER}`,
        partition: null,
        position: null,
        isLate: false,
      },
    }),
  );
});

test('what is not there, or of another hospital, is a problem with its code', async () => {
  for (const [id, caller, status, code] of [
    [ID, 'chen', 404, 'DZ_NOT_FOUND'],
    ['0'.repeat(32), 'li', 404, 'DZ_NOT_FOUND'],
    ['x', 'li', 400, 'DZ_BAD_REQUEST'],
    [ID, 'nobody', 401, 'DZ_UNAUTHENTICATED'],
  ] as const) {
    const response = await get(id, caller);
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([status, code]);
  }
});

test('the OpenAPI document describes it', async () => {
  const { paths } = (await app.inject({ url: '/openapi.json' })).json<{ paths: Record<string, unknown> }>();
  expect(JSON.stringify(paths['/api/v1/exceptions/{id}'])).toContain('isPairedByAmount');
});

test('the command shows the same as JSON, and as text for people', async () => {
  const { out: json } = await show(ID, '--json');
  expect(JSON.parse(json)).toEqual((await get(ID, 'li')).json());
  const { code, out } = await show('--merchant', 'H001', '--order', ORDER);
  expect(code).toBe(0);
  expect(out).toMatch(/AMOUNT_MISMATCH 金额不匹配 \(THREE_WAY\) {2}OPEN 待处理/);
  expect(out).toMatch(/! amountFen +9999 +10000 +10000/);
  expect(out).toContain('WRITE_OFF: needs NOTE');
  expect(out).toContain(
    'REFUND: no, an exception of this type does not allow this action / 此类异常不支持该操作',
  );
});

test('the command refuses what names no exception', async () => {
  await expect(show('--merchant', 'H001')).rejects.toMatchObject({ code: 'DZ_USAGE' });
  await expect(show(ID, '--order', ORDER)).rejects.toMatchObject({ code: 'DZ_USAGE' });
  await expect(show('--merchant', 'H001', '--order', 'NO')).rejects.toMatchObject({ code: 'DZ_NOT_FOUND' });
});
