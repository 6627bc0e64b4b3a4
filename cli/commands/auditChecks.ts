import { WHOLE_LEDGER } from '../../domain/scope.ts';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import type { RedisConnection } from '../../adapters/redis/connect.ts';
import { clickHouseAuditChains, clickHouseAuditQueries } from '../../adapters/clickhouse/auditPages.ts';
import { clickHouseCaseLedger } from '../../adapters/clickhouse/caseLedger.ts';
import { writeWhole } from '../../adapters/files/writeWhole.ts';
import { redisAuditHeads } from '../../adapters/redis/auditHeads.ts';
import type { AuditVerdict } from '../../domain/auditChains.ts';
import { verifyAuditTrail } from '../../domain/auditChains.ts';
import { readCheckpoint, signCheckpoint } from '../../domain/auditCheckpoint.ts';
import type { AuditHead, AuditRow } from '../../domain/auditEntry.ts';
import { AUDIT_KINDS } from '../../domain/auditEntry.ts';
import { checkedDate } from '../../domain/businessDate.ts';
import { chainFaults } from '../../domain/caseHistory.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { CommandIo, ExitCode } from '../command.ts';

export type AuditServers = {
  readonly clickhouse: ClickHouseClient;
  /** Redis of the event log. */
  readonly log: RedisConnection;
  readonly signingKeyPath: string;
};

export type AuditRequest = {
  readonly [name in 'merchant' | 'checkpoint' | 'out' | 'from' | 'to' | 'user' | 'kind' | 'limit']?: string;
} & { readonly json?: boolean };

const REDIS_ANSWERS_WITHIN_MS = 5_000;
const MOST_ENTRIES = 500;

export async function verifyAll(
  servers: AuditServers,
  request: AuditRequest,
  io: CommandIo,
): Promise<ExitCode> {
  const { merchant, checkpoint, json } = request;
  const { cases, rows, faults } = await verifyCases(servers, merchant ?? null);
  const kept = checkpoint === undefined ? [] : keptHeads(resolve(io.cwd, checkpoint), servers.signingKeyPath);
  const trail = merchant === undefined ? await verifyTrail(servers, kept) : null;
  const all = [...faults, ...(trail?.faults ?? [])];
  if (json) io.stdout(`${JSON.stringify({ cases, rows, faults, ...(trail && { trail }) })}\n`);
  else {
    for (const fault of all) io.stdout(`${fault}\n`);
    const verdict = all.length === 0 ? 'every chain holds' : `${all.length} faults`;
    const entries = trail ? `, ${trail.rows} audit entries of ${trail.chains} processes` : '';
    io.stdout(`${cases} cases, ${rows} rows${entries}: ${verdict}\n`);
  }
  return all.length === 0 ? 0 : 1;
}

async function verifyCases({ clickhouse }: AuditServers, merchantId: string | null) {
  let [cases, rows] = [0, 0];
  const faults: string[] = [];
  for await (const chain of clickHouseCaseLedger(clickhouse).chains(merchantId)) {
    cases += 1;
    rows += chain.length;
    faults.push(...chainFaults(chain));
  }
  return { cases, rows, faults };
}

async function verifyTrail(servers: AuditServers, kept: readonly AuditHead[]): Promise<AuditVerdict> {
  const before = await headsOf(servers);
  const rows = clickHouseAuditChains(servers.clickhouse).rows();
  return verifyAuditTrail(rows, { before, after: () => headsOf(servers), kept });
}

async function headsOf({ log }: AuditServers): Promise<ReadonlyMap<string, AuditHead>> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new DuizhangError('DZ_SYSTEM_LOG_AWAY', "the event log's Redis does not answer; try again")),
    REDIS_ANSWERS_WITHIN_MS,
  );
  try {
    return await Promise.race([redisAuditHeads(log).all(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function keptHeads(path: string, signingKeyPath: string): readonly AuditHead[] {
  const publicKey = createPublicKey(readFileSync(signingKeyPath));
  const checkpoint = readCheckpoint(readText(path), publicKey);
  if (checkpoint) return checkpoint.heads;
  throw new DuizhangError(
    'DZ_AUDIT_CHECKPOINT',
    `${path} is no checkpoint that the key of this system has signed`,
  );
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new DuizhangError('DZ_AUDIT_CHECKPOINT', `${path} cannot be read`, { cause });
  }
}

export async function writeCheckpoint(
  servers: AuditServers,
  { out }: AuditRequest,
  io: CommandIo,
): Promise<ExitCode> {
  if (out === undefined) throw new DuizhangError('DZ_USAGE', 'say where to: audit checkpoint --out FILE');
  const heads = [...(await headsOf(servers)).values()];
  const privateKey = createPrivateKey(readFileSync(servers.signingKeyPath));
  const at = new Date().toISOString();
  const text = signCheckpoint({ at, heads }, privateKey, createPublicKey(privateKey));
  const path = resolve(io.cwd, out);
  await writeWhole(path, `${text}\n`);
  io.stderr(
    `${path}: ${heads.length} chains as of ${at}; keep it where nobody of this system can reach it\n`,
  );
  return 0;
}

export async function listEntries(
  servers: AuditServers,
  request: AuditRequest,
  io: CommandIo,
): Promise<ExitCode> {
  const kind = AUDIT_KINDS.find((one) => one === request.kind);
  if (request.kind !== undefined && kind === undefined) {
    throw new DuizhangError('DZ_USAGE', `--kind is one of ${AUDIT_KINDS.join(', ')}`);
  }
  const limit = Number(request.limit ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_ENTRIES) {
    throw new DuizhangError('DZ_USAGE', `--limit is a number from 1 to ${MOST_ENTRIES}`);
  }
  const { items } = await clickHouseAuditQueries(servers.clickhouse).entries(WHOLE_LEDGER, {
    limit,
    ...(request.from === undefined ? {} : { from: checkedDate(request.from) }),
    ...(request.to === undefined ? {} : { to: checkedDate(request.to) }),
    ...(request.user === undefined ? {} : { user: request.user }),
    ...(request.merchant === undefined ? {} : { merchantId: request.merchant }),
    ...(kind === undefined ? {} : { kind }),
  });
  for (const row of items) io.stdout(`${request.json ? JSON.stringify(row) : lineOf(row)}\n`);
  return 0;
}

function lineOf({ atMs, kind, who, from, what, status, merchants, said }: AuditRow): string {
  const at = new Date(atMs + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
  const answer = status === null ? '' : ` ${status}`;
  return `${at}  ${kind}  ${who || 'nobody'} from ${from}  ${what}${answer}  ${merchants.join(',')} ${JSON.stringify(said)}`;
}
