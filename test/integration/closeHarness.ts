import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import { Redis } from 'ioredis';
import { makeSessionKey, sessionKeyPath } from '../../adapters/access/sessionKey.ts';
import { FolderArchive } from '../../adapters/archive/folderArchive.ts';
import { readBill } from '../../adapters/bills/readBill.ts';
import { clickHouseFetchLog } from '../../adapters/clickhouse/billFetches.ts';
import { clickHouseCertificates } from '../../adapters/clickhouse/certificates.ts';
import { clickHouseBills } from '../../adapters/clickhouse/closeBills.ts';
import { clickHouseCloseLedger } from '../../adapters/clickhouse/closeLedger.ts';
import { makeSigningKey, signerOf, signingKeyPath } from '../../adapters/files/signingKey.ts';
import { writeRunFile } from '../../adapters/process/runFile.ts';
import { redisChainLock, redisTokenIssuer } from '../../adapters/redis/lease.ts';
import type {
  BillStore,
  CertificateArchive,
  CertificateStore,
  CloseLedger,
  FinalVerdict,
  Signer,
} from '../../domain/closePorts.ts';
import type { Book, Channel, Entry } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import type { Bill, Reconciliation } from '../../domain/ports.ts';
import { certifier } from '../../pipeline/close/certifier.ts';
import type { CloseDeps } from '../../pipeline/close/closeDay.ts';
import { closeDay } from '../../pipeline/close/closeDay.ts';
import type { ImportDeps, ImportResult } from '../../pipeline/close/importBill.ts';
import { importBill } from '../../pipeline/close/importBill.ts';
import { VERDICT_CODES } from '../../domain/verdict.ts';
import { LEDGER, startRedis } from '../services/index.ts';

/** The hospital that the sample bills name. */
export const SAMPLE_MERCHANT: Merchant = {
  merchantId: 'H001',
  name: '示例医院',
  mode: 'THREE_WAY',
  channels: [
    { channel: 'WECHAT', merchantNo: '1900000001' },
    { channel: 'ALIPAY', merchantNo: '2088000000000001' },
    { channel: 'UNIONPAY', merchantNo: '777000000000001' },
  ],
  rules: DEFAULT_RULES,
  graceMs: 0,
};

export const SAMPLES = new URL('../fixtures/samples/', import.meta.url).pathname;

/** A ledger and a lease store of a test's own, and the two use cases on them. */
export class CloseSystem implements AsyncDisposable {
  readonly client: ClickHouseClient;
  /** Of the ledger, for processes of their own. */
  readonly url: string;
  readonly bills: BillStore;
  readonly ledger: CloseLedger;
  readonly certificates: CertificateStore & CertificateArchive;
  readonly signer: Signer;
  readonly redis: Redis;
  readonly archive: FolderArchive;
  /** Where commands find this system (DUIZHANG_DATA). */
  readonly dataDir: string;
  readonly #stop: () => Promise<void>;
  #runs = 0;
  #bills = 0;
  #nowMs = Date.UTC(2026, 2, 10, 4);

  constructor(
    servers: { client: ClickHouseClient; url: string; redis: Redis },
    dataDir: string,
    stop: () => Promise<void>,
  ) {
    const { client, url, redis } = servers;
    this.dataDir = dataDir;
    this.signer = signerOf(signingKeyPath({}, dataDir));
    this.certificates = clickHouseCertificates(client);
    this.client = client;
    this.url = url;
    this.redis = redis;
    this.archive = new FolderArchive(join(dataDir, 'bills'), Date.now);
    this.bills = clickHouseBills(client);
    this.ledger = clickHouseCloseLedger(client);
    this.#stop = stop;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.redis.disconnect();
    await this.client.close();
    await this.#stop();
  }

  get deps(): CloseDeps {
    return {
      ledger: this.ledger,
      bills: this.bills,
      fetches: clickHouseFetchLog(this.client),
      tokens: redisTokenIssuer(this.redis),
      gate: { waitUntilStored: () => Promise.resolve({ positions: { 'payments/0': 7 } }) },
      certifier: this.certifier,
      now: () => this.#now(),
    };
  }

  get importDeps(): ImportDeps {
    return { store: this.bills, archive: this.archive, readBill, now: () => this.#now() };
  }

  get certifier(): ReturnType<typeof certifier> {
    return certifier({
      store: this.certificates,
      signer: this.signer,
      lock: redisChainLock(this.redis, randomUUID),
      pause: (ms) => pause(ms),
    });
  }

  async importFile(
    path: string,
    book: Book,
    more: { merchant?: Merchant; channel?: Channel; date?: string } = {},
  ): Promise<ImportResult> {
    return importBill(
      {
        merchant: more.merchant ?? SAMPLE_MERCHANT,
        book,
        channel: more.channel ?? null,
        date: more.date ?? null,
        fileName: path,
        open: () => createReadStream(path),
      },
      this.importDeps,
    );
  }

  async importText(
    text: string,
    book: Book,
    more: { merchant?: Merchant; channel?: Channel; date?: string } = {},
  ): Promise<ImportResult> {
    return importBill(
      {
        merchant: more.merchant ?? SAMPLE_MERCHANT,
        book,
        channel: more.channel ?? null,
        date: more.date ?? null,
        fileName: 'text.csv',
        open: () => ReadableStream.from([Buffer.from(text)]),
      },
      this.importDeps,
    );
  }

  async close(date: string, merchant: Merchant = SAMPLE_MERCHANT): Promise<ClosedRun> {
    this.#runs += 1;
    const runId = `run-${this.#runs}`;
    const run = await closeDay({ merchant, date, runId, operator: 'test' }, this.deps);
    const rows: FinalVerdict[] = [];
    for await (const batch of this.ledger.rows(run, VERDICT_CODES)) rows.push(...batch);
    return { run, rows };
  }

  #now(): number {
    this.#nowMs += 1000;
    return this.#nowMs;
  }

  /** Lines as a bill of one date, without a file. */
  async writeBill(
    entries: readonly Entry[],
    place: BillPlace,
    merchant: Merchant = SAMPLE_MERCHANT,
  ): Promise<void> {
    this.#bills += 1;
    const billId = this.#bills.toString(16).padStart(64, '0');
    const lines = entries.map((entry, i) => ({
      ...entry,
      source: 'BILL' as const,
      sourceRef: `${billId}:${i + 2}`,
    }));
    await this.bills.writeLines(billId, lines);
    await this.bills.record({
      billId,
      merchantId: merchant.merchantId,
      ...place,
      format: 'plain-csv',
      fileName: 'written.csv',
      rows: lines.length,
      errorRows: 0,
      payments: 0,
      refunds: 0,
      paymentFen: 0n,
      refundFen: 0n,
      importedAtMs: this.#nowMs,
      version: BigInt(this.#bills),
    });
  }

  /** Empties the ledger and lets go of leases: a test begins with nothing. */
  async forgetAll(): Promise<void> {
    await this.redis.flushall();
    for (const table of KEPT) await this.client.command({ query: `TRUNCATE TABLE ${table}` });
  }

  /** Lines that came as events: everything that is no bill. */
  async writeEvents(entries: readonly Entry[]): Promise<void> {
    await this.bills.writeLines('', entries);
  }
}

const KEPT = [
  'entries',
  'bills',
  'bill_errors',
  'verdicts',
  'realtime_told',
  'realtime_words_of_runs',
  'reconciliations',
  'certificate_drafts',
  'certificates',
];

export type BillPlace = Pick<Bill, 'book' | 'channel' | 'businessDate'>;
export type ClosedRun = { readonly run: Reconciliation; readonly rows: readonly FinalVerdict[] };

export async function startCloseSystem(service = LEDGER): Promise<CloseSystem> {
  const dir = await mkdtemp(join(tmpdir(), 'duizhang-close-'));
  const engine = await service.start({ dir: join(dir, 'ledger') });
  await service.migrate(engine);
  await mkdir(join(dir, 'redis'));
  const redisServer = await startRedis({ dir: join(dir, 'redis'), appendfsync: 'everysec' });
  const client = service.connect(engine);
  makeSigningKey({}, dir);
  makeSessionKey({}, dir);
  writeRunFile(dir, {
    pid: process.pid,
    clickhouseUrl: engine.url,
    logUrl: redisServer.url,
    auditUrl: redisServer.url,
    windowRedisUrl: redisServer.url,
    apiUrl: '',
    startedAt: new Date(0).toISOString(),
    configPath: '',
    dataDir: dir,
    signingKeyPath: signingKeyPath({}, dir),
    sessionKeyPath: sessionKeyPath({}, dir),
  });
  return new CloseSystem({ client, url: engine.url, redis: new Redis(redisServer.url) }, dir, async () => {
    await engine.stop();
    await redisServer.stop();
    await rm(dir, { recursive: true, force: true });
  });
}
