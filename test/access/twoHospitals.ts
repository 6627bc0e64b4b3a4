import { createHash, hash, randomBytes, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { FolderArchive } from '../../adapters/archive/folderArchive.ts';
import { archivedProofs } from '../../adapters/archive/proofStore.ts';
import { clickHouseAlertLedger, clickHouseAlertQueries } from '../../adapters/clickhouse/alerts.ts';
import { clickHouseActionQueries } from '../../adapters/clickhouse/actionPages.ts';
import { clickHouseAuditQueries } from '../../adapters/clickhouse/auditPages.ts';
import { ClickHouseAuditTrail } from '../../adapters/clickhouse/auditTrail.ts';
import { clickHouseBillErrors } from '../../adapters/clickhouse/billErrorPages.ts';
import { clickHouseBillFiles } from '../../adapters/clickhouse/billFilePages.ts';
import { clickHouseBillLibrary } from '../../adapters/clickhouse/billLibrary.ts';
import { clickHouseEvidence } from '../../adapters/clickhouse/caseEvidence.ts';
import { letterReader } from '../../adapters/events/letterFacts.ts';
import { clickHouseDeadLetters } from '../../adapters/clickhouse/deadLetters.ts';
import {
  clickHouseCertificateQueries,
  clickHouseLedgerQueries,
} from '../../adapters/clickhouse/ledgerQueries.ts';
import { clickHouseOverview } from '../../adapters/clickhouse/overview.ts';
import { clickHouseSettings } from '../../adapters/clickhouse/settings.ts';
import { clickHouseProposals } from '../../adapters/clickhouse/settingsProposals.ts';
import { clickHouseStatementLedger } from '../../adapters/clickhouse/statementLedger.ts';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { proposalDesk } from '../../adapters/config/proposalDesk.ts';
import type { SettingsDeskParts } from '../../adapters/config/settingsBasis.ts';
import { settingsDesk } from '../../adapters/config/settingsDesk.ts';
import { LogEventIntake } from '../../adapters/events/eventIntake.ts';
import { HisOrderEventJson, PaymentEventJson } from '../../adapters/events/eventJsonSchema.ts';
import { ledgerExports } from '../../adapters/exports/ledgerExports.ts';
import { redisUserLocks } from '../../adapters/redis/access/userLocks.ts';
import { settingsLock } from '../../adapters/redis/settingsLock.ts';
import { RedisEventProducer } from '../../adapters/redis/log/redisEventProducer.ts';
import { redisAuditHeads } from '../../adapters/redis/auditHeads.ts';
import { redisLiveChanges, redisLiveVerdicts } from '../../adapters/redis/liveChanges.ts';
import { redisNonces } from '../../adapters/redis/nonceStore.ts';
import { receiveBytes } from '../../adapters/sources/receiveBytes.ts';
import { secretDesk } from '../../adapters/sources/secretDesk.ts';
import { renderStatement } from '../../adapters/statements/render.ts';
import type { ApiParts } from '../../api/app.ts';
import { buildApp } from '../../api/app.ts';
import { principalsOf } from '../../api/principals.ts';
import { caseIdOf } from '../../domain/caseId.ts';
import type { Machine } from '../../domain/machine.ts';
import type { KnownUser, Role } from '../../domain/principal.ts';
import { ROLES } from '../../domain/principal.ts';
import { closeDay } from '../../pipeline/close/closeDay.ts';
import { billHandler } from '../../pipeline/close/handleBill.ts';
import { importBill } from '../../pipeline/close/importBill.ts';
import { statements } from '../../pipeline/statement/statements.ts';
import { caseEvidence } from '../../resolution/evidence.ts';
import { otherAdmins } from '../../people/otherAdmins.ts';
import { peopleOn } from './accessHarness.ts';
import { alertOf } from '../watch/someAlert.ts';
import { NO_LIMITS, UNUSED_PARTS } from '../apiParts.ts';
import { SAMPLE_MERCHANT } from '../integration/closeHarness.ts';
import type { CaseSystem } from '../resolution/resolutionHarness.ts';
import { DATE, line, request, startCaseSystem } from '../resolution/resolutionHarness.ts';

// Two hospitals with everything that the API shows, on the real ledger; what is of one has its mark in it.

export type HospitalName = 'H001' | 'H002';
export const NAMES = ['H001', 'H002'] as const;
export const MARK = { H001: 'MARKONE', H002: 'MARKTWO' } as const;
const BILL_DATE = '2026-03-08';
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** What there is of one hospital to ask for by its id. */
export type Hospital = {
  readonly merchantId: HospitalName;
  readonly orderNo: string;
  readonly runId: string;
  readonly caseId: string;
  /** Waits for a second person. */
  readonly actionId: string;
  /** Of settings, and waits for a second administrator. */
  readonly proposalId: string;
  readonly proofCaseId: string;
  readonly alertId: string;
  readonly proof: string;
  readonly billId: string;
  readonly billDate: string;
  readonly keyId: string;
  readonly key: Buffer;
};

export type TwoHospitals = AsyncDisposable & {
  readonly system: CaseSystem;
  readonly app: FastifyInstance;
  readonly hospitals: Readonly<Record<HospitalName, Hospital>>;
  /** Of the machines' clock. */
  readonly nowMs: number;
};

export const tokenOf = (role: Role, merchantId: HospitalName): string =>
  `token-of-${role}-of-${merchantId}-and-no-other`;
export const bearerOf = (role: Role, merchantId: HospitalName) => ({
  authorization: `Bearer ${tokenOf(role, merchantId)}`,
});

function usersOf(merchantId: HospitalName): readonly KnownUser[] {
  return ROLES.map((role) => ({
    token: tokenOf(role, merchantId),
    principal: {
      userId: `${role}-${merchantId}`,
      roles: new Set([role]),
      merchants: new Set([merchantId]),
    },
  }));
}

const ASSET = { contentType: 'text/javascript; charset=utf-8', bytes: Buffer.from('1'), packed: {} };

export async function startTwoHospitals(more: Partial<ApiParts> = {}): Promise<TwoHospitals> {
  const system = await startCaseSystem();
  system.rules = { ...system.rules, approvalFromFen: 50_000n };
  const { client, redis, dataDir, bills, archive, importDeps } = system.close;
  const merchants = new Map(
    NAMES.map((id) => [id, { ...SAMPLE_MERCHANT, merchantId: id, name: `hospital ${MARK[id]}` }]),
  );
  const proofs = archivedProofs(new FolderArchive(join(dataDir, 'proofs'), Date.now));
  const nowMs = Date.UTC(2026, 2, 10, 8);
  const keys = { H001: randomBytes(32), H002: randomBytes(32) };
  const deps = { ...system.deps, merchants, rulesOf: () => system.rules };
  const producer = new RedisEventProducer(redis, {
    topics: { payments: 2, 'his-orders': 2 },
    maxBytes: 50_000_000,
    waitMs: 2_000,
  });
  const trail = new ClickHouseAuditTrail({
    client,
    heads: redisAuditHeads(redis),
    writer: 'api-test',
    withinMs: 5_000,
  });
  const people = peopleOn(system.close, merchants);
  const configPath = join(dataDir, 'duizhang.config.yaml');
  writeFileSync(configPath, configText());
  const deskParts: SettingsDeskParts = {
    path: configPath,
    store: clickHouseSettings(client),
    whileHeld: settingsLock(redis),
    needsRestart: () => [],
    otherAdmins: otherAdmins({ ...people, demo: [], hasProvider: false }),
    onChanged: () => Promise.resolve(),
    now: () => nowMs,
  };
  const app = await buildApp({
    ...UNUSED_PARTS,
    settings: settingsDesk(deskParts),
    proposals: proposalDesk({ ...deskParts, proposals: clickHouseProposals(client) }),
    secrets: secretDesk({ config: () => loadConfig(configPath), env: {}, startedAtMs: nowMs }),
    users: {
      ...people,
      whileHeld: redisUserLocks(redis),
      newPassword: () => randomBytes(15).toString('base64url'),
      newTotpSecret: () => randomBytes(20),
    },
    console: () => ({ page: '<!doctype html>', assets: new Map([['/assets/*', ASSET]]) }),
    queries: clickHouseLedgerQueries(client),
    overview: { queries: clickHouseOverview(client), now: () => nowMs },
    certificates: clickHouseCertificateQueries(client),
    billFiles: clickHouseBillFiles(client),
    exports: ledgerExports(client, () => nowMs),
    statements: statements({
      merchants,
      ledgerOf: (scope) => clickHouseStatementLedger(client, scope),
      render: renderStatement,
      now: () => nowMs,
    }),
    intake: new LogEventIntake({ producer, merchants }),
    eventForms: [PaymentEventJson, HisOrderEventJson],
    takesUnsignedEvents: false,
    limits: NO_LIMITS,
    bills: {
      library: clickHouseBillLibrary(client, async ({ origin }) =>
        origin === undefined ? null : archive.read(origin.sha256),
      ),
      access: {
        machines: new Map(NAMES.map((id) => [keyIdOf(id), machineOf(id, keys[id])])),
        nonces: redisNonces(redis),
        now: () => nowMs,
      },
      merchants,
      receive: receiveBytes,
      importBill: (bill) => importBill(bill, importDeps),
      maxUploadBytes: 1_000_000,
    },
    principals: principalsOf(NAMES.flatMap(usersOf)),
    cases: { deps, proofs, actions: clickHouseActionQueries(client) },
    evidenceOf: (principal, id) =>
      caseEvidence(principal, id, { ...deps, evidence: clickHouseEvidence(client) }),
    billErrors: { queries: clickHouseBillErrors(client), handleBill: billHandler(bills, () => nowMs) },
    deadLetters: {
      letters: clickHouseDeadLetters(client),
      read: letterReader(new Map()),
      producer,
      now: () => nowMs,
    },
    people,
    audit: { trail, queries: clickHouseAuditQueries(client), now: () => nowMs },
    alerts: { queries: clickHouseAlertQueries(client), now: () => nowMs },
    // No test waits for the end of one.
    stream: { live: redisLiveChanges(redis), verdicts: redisLiveVerdicts(redis), lookMs: 5, lastsMs: 20 },
    closeAgain: (wish) => closeDay({ ...wish, runId: randomUUID() }, system.close.deps),
    readiness: [],
    metrics: new Registry(),
    ...more,
  });
  const proof = { H001: await proofs.put(Buffer.concat([PNG])), H002: '' };
  proof.H002 = await proofs.put(proofOf(MARK.H002));
  const hospitals = {
    H001: await filled('H001', { system, key: keys.H001, proof: proof.H001 }),
    H002: await filled('H002', { system, key: keys.H002, proof: proof.H002 }),
  };
  await putDeadLetter(system);
  return {
    system,
    app,
    hospitals,
    nowMs,
    async [Symbol.asyncDispose]() {
      await app.close();
      await trail.close();
      await producer.close();
      await system[Symbol.asyncDispose]();
    },
  };
}

function configText(): string {
  const lines = NAMES.map(
    (id) => `  - { id: ${id}, name: 'hospital ${MARK[id]}', channels: { WECHAT: '19-${id}' } }`,
  );
  return `merchants:\n${lines.join('\n')}\n`;
}

function keyIdOf(id: HospitalName): string {
  return `front-${id}`;
}

function machineOf(id: HospitalName, key: Buffer): Machine {
  return {
    id: keyIdOf(id),
    merchants: new Set([id]),
    mayUpload: new Set(['MERCHANT']),
    mayProduce: new Set(['payments', 'his-orders']),
    keys: [key],
  };
}

/** A whole PNG with a mark in it, in the place of a comment. */
function proofOf(mark: string): Buffer {
  const end = PNG.length - 12;
  const text = Buffer.from(`tEXtComment\0${mark}`);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length - 4);
  return Buffer.concat([PNG.subarray(0, end), length, text, Buffer.alloc(4), PNG.subarray(end)]);
}

type Filling = { readonly system: CaseSystem; readonly key: Buffer; readonly proof: string };

/** A closed date with exceptions, an action that waits, a proof, and a bill with a row that cannot be read. */
async function filled(merchantId: HospitalName, { system, key, proof }: Filling): Promise<Hospital> {
  const mark = MARK[merchantId];
  const of = { merchantId, hisOrderNo: `HIS-${mark}`, businessType: 'REGISTRATION' } as const;
  const [plain, big, short] = [`${mark}-plain`, `${mark}-big`, `${mark}-short`];
  const merchant = { ...SAMPLE_MERCHANT, merchantId };
  const amount = { amountFen: 60_000n };
  const named = (orderNo: string) => ({ ...of, sourceRef: `${merchantId}-${orderNo}` });
  await system.close.writeEvents([
    line('PLATFORM', plain, { ...named(plain), hisOrderNo: null, sourceRef: `p-${plain}` }),
    line('CHANNEL', plain, { ...named(plain), hisOrderNo: null, sourceRef: `c-${plain}` }),
    line('PLATFORM', big, { ...named(big), ...amount, hisOrderNo: null, sourceRef: `p-${big}` }),
    line('CHANNEL', big, { ...named(big), ...amount, hisOrderNo: null, sourceRef: `c-${big}` }),
    line('MERCHANT', short, { ...named(short), channelTxnNo: null }),
  ]);
  const { run } = await system.close.close(DATE, merchant);
  await system.keepCases();
  const asker = { userId: `asker ${mark}`, roles: new Set<Role>(['operator']), merchants: null };
  const about = (orderNo: string) => ({
    merchantId,
    caseId: caseIdOf(merchantId, orderNo, 'P'),
    note: `a note ${mark}`,
  });
  await system.act(request('SUPPLEMENT', short, { ...about(short), method: 'CASH', proofs: [proof] }), asker);
  const asked = await system.actWithCode(request('REFUND', big, about(big)), 60_000n, asker);
  const text = [
    'order_no,channel_txn_no,refund_no,kind,amount,occurred_at,channel,business_type,his_order_no',
    `${mark}-bill,42${merchantId},,PAYMENT,328.41,${BILL_DATE} 07:06:08,WECHAT,OUTPATIENT_FEE,R-${mark}`,
    `${mark}-bad,43${merchantId},,PAYMENT,x,${BILL_DATE} 07:06:08,WECHAT,OUTPATIENT_FEE,R-${mark}`,
  ].join('\n');
  await system.close.importText(text, 'MERCHANT', { merchant, date: BILL_DATE });
  return {
    merchantId,
    orderNo: plain,
    runId: run.runId,
    caseId: about(plain).caseId,
    actionId: asked.actionId,
    proofCaseId: about(short).caseId,
    proposalId: await proposeSetting(merchantId, system),
    alertId: await openAlert(merchantId, system),
    proof,
    billId: createHash('sha256').update(text).digest('hex'),
    billDate: BILL_DATE,
    keyId: keyIdOf(merchantId),
    key,
  };
}

async function proposeSetting(merchantId: HospitalName, { close }: CaseSystem): Promise<string> {
  const proposalId = hash('sha256', merchantId, 'hex').slice(0, 32);
  const path = `/merchants/${merchantId}/rules/window`;
  const wish = { path, value: '9m' };
  const said = { before: null, after: '9m', fileValue: null, inherited: '5m', takenBack: false };
  await clickHouseProposals(close.client).propose({
    proposalId,
    base: 0,
    fileSha256: hash('sha256', configText(), 'hex'),
    atMs: Date.UTC(2026, 2, 10, 7),
    by: `proposer ${MARK[merchantId]}`,
    reason: `a reason ${MARK[merchantId]}`,
    wishes: [wish],
    changes: [{ path, ...said }],
  });
  return proposalId;
}

async function openAlert(merchantId: HospitalName, { close }: CaseSystem): Promise<string> {
  const alert = alertOf({ merchantId, detail: MARK[merchantId] });
  await clickHouseAlertLedger(close.client).write([alert]);
  await redisLiveChanges(close.redis).publish([{ topic: 'alert', merchantId, alert }]);
  return alert.alertId;
}

/** Of the second hospital, as only its bytes know. */
async function putDeadLetter({ close }: CaseSystem): Promise<void> {
  await close.client.insert({
    table: 'dead_letters',
    format: 'JSONEachRow',
    values: [
      {
        log_partition: 'payments/1',
        log_position: 3,
        code: 'DZ_EVENT_INVALID',
        reason: `of ${MARK.H002}`,
        value_base64: Buffer.from(MARK.H002).toString('base64'),
        received_at: '2026-03-09 09:00:00.000',
        replayed_at: null,
        version: 0,
      },
    ],
  });
}
