import { generateKeyPairSync } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBill } from '../../adapters/bills/readBill.ts';
import { clickHouseLedgerQueries } from '../../adapters/clickhouse/ledgerQueries.ts';
import { clickHouseRealtimeLedger } from '../../adapters/clickhouse/realtimeLedger.ts';
import { billFilesIn } from '../../adapters/files/billFiles.ts';
import { canonicalJson } from '../../domain/canonicalJson.ts';
import type { Certificate } from '../../domain/certificate.ts';
import { signCertificate } from '../../domain/certificate.ts';
import { certificateOf } from '../../domain/certificateForm.ts';
import type { VerdictCode } from '../../domain/verdict.ts';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import { proveOrder } from '../../pipeline/certificates/proveOrder.ts';
import type { Verification, VerifyDeps } from '../../pipeline/certificates/verifyDocument.ts';
import { verifyDocument } from '../../pipeline/certificates/verifyDocument.ts';
import type { CloseSystem } from './closeHarness.ts';
import { SAMPLE_MERCHANT, SAMPLES, startCloseSystem } from './closeHarness.ts';
import { aVerdict, insertVerdicts } from './ledgerHarness.ts';

const DAY = '2026-03-09';
const BILLS = ['his', 'platform', 'wechat-all'].map((name) => `${name}-20260309.csv`);
const ARCHIVES = ['alipay-trade', 'unionpay'].map((name) => `${name}-20260309.zip`);
/** A planted item: the hospital has another amount. */
const ORDER = 'HP20260309000030';

let system: CloseSystem;
let dir: string;
let document: string;

beforeAll(async () => {
  system = await startCloseSystem();
  dir = await mkdtemp(join(tmpdir(), 'duizhang-bills-'));
  for (const name of [...BILLS, ...ARCHIVES]) await copyFile(`${SAMPLES}${name}`, join(dir, name));
  await system.importFile(`${SAMPLES}his-20260309.csv`, 'MERCHANT');
  await system.importFile(`${SAMPLES}platform-20260309.csv`, 'PLATFORM');
  for (const name of ['wechat-all-20260309.csv', ...ARCHIVES])
    await system.importFile(`${SAMPLES}${name}`, 'CHANNEL');
  await tellRealtime();
  await system.close(DAY);
  await system.close(DAY);
  document = await theCertificate();
}, 60_000);

afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

/** Two orders that the day's books agree upon: realtime had said so of one, and of the other that HIS lacked it. */
async function tellRealtime(): Promise<void> {
  const said = (orderNo: string, code: VerdictCode) => ({
    verdict: aVerdict({ orderNo, code }),
    version: 3n,
    span: 0,
  });
  await insertVerdicts(clickHouseRealtimeLedger(system.client), [
    said('HP20260309000002', 'MATCHED'),
    said('HP20260309000003', 'PLATFORM_ONLY'),
  ]);
}

async function theCertificate(): Promise<string> {
  const found = await system.certificates.ofDate(SAMPLE_MERCHANT.merchantId, DAY);
  if (found === null) throw new Error('no certificate');
  return found;
}

const verify = (text: string, more: Partial<VerifyDeps> = {}) => verifyBytes(Buffer.from(text), more);

async function verifyBytes(bytes: Uint8Array, more: Partial<VerifyDeps> = {}): Promise<Verification> {
  return verifyDocument(bytes, {
    publicKey: system.signer.publicKey,
    readBill,
    files: null,
    system: null,
    ...more,
  });
}

const storedParts = () => ({
  ledger: system.ledger,
  bills: system.bills,
  runs: clickHouseLedgerQueries(system.client),
  archive: system.certificates,
});

async function whatDiffers(text = document): Promise<readonly string[]> {
  const { findings } = await verify(text, { system: storedParts() });
  return [...new Set(findings.map(({ what }) => what))];
}

/** Runs a statement, looks, and puts everything back. */
async function withStored(table: string, change: string, look: () => Promise<void>): Promise<void> {
  await system.client.command({ query: `CREATE TABLE kept_rows AS ${table}` });
  await system.client.command({ query: `INSERT INTO kept_rows SELECT * FROM ${table}` });
  await system.client.command({ query: `ALTER TABLE ${table} ${change} SETTINGS mutations_sync = 2` });
  try {
    await look();
  } finally {
    await system.client.command({ query: `TRUNCATE TABLE ${table}` });
    await system.client.command({ query: `INSERT INTO ${table} SELECT * FROM kept_rows` });
    await system.client.command({ query: 'DROP TABLE kept_rows' });
  }
}

test('as it stands everything is verified: form, signature, sums, bills, ledger and chain', async () => {
  const result = await verify(document, { files: await billFilesIn(dir), system: storedParts() });
  expect(result.findings).toEqual([]);
  expect(result.checked).toEqual(['form', 'signature', 'conservation', 'bills', 'ledger', 'chain']);
  expect((await verify(`${document}\n`)).findings).toEqual([]);
});

describe('one changed amount in the ledger is found', () => {
  test.each([
    [
      'of a verdict',
      'verdicts',
      `UPDATE platform_fen = platform_fen + 1 WHERE order_no = '${ORDER}'`,
      'verdict rows',
    ],
    [
      'of one identity of a side',
      'verdicts',
      `UPDATE channel_identities = arrayMap(x -> concat(x, '0'), channel_identities) WHERE order_no = '${ORDER}'`,
      'verdict rows',
    ],
    [
      'that moves between two orders',
      'verdicts',
      `UPDATE merchant_fen = merchant_fen + if(order_no = '${ORDER}', 1, -1)
      WHERE order_no IN ('${ORDER}', 'HP20260309000008') AND kind = 'PAYMENT'`,
      'verdict rows',
    ],
    ['by losing a verdict', 'verdicts', `DELETE WHERE order_no = '${ORDER}'`, 'verdict rows'],
    [
      'of a line of a bill',
      'entries',
      `DELETE WHERE order_no = '${ORDER}' AND book = 'PLATFORM'`,
      'bill lines',
    ],
    [
      'of the record of a bill',
      'bills',
      "UPDATE payment_fen = payment_fen + 1 WHERE book = 'PLATFORM'",
      'bill on record',
    ],
    ['of the record of the run', 'reconciliations', "UPDATE verdicts = map('MATCHED', 1) WHERE 1", 'run'],
    ['by losing the run', 'reconciliations', 'DELETE WHERE 1', 'run'],
    [
      'of what realtime had told',
      'realtime_words_of_runs',
      "UPDATE verdicts = 2 WHERE told = 'MATCHED'",
      'realtime words',
    ],
    ['by losing what realtime had told', 'realtime_words_of_runs', 'DELETE WHERE 1', 'realtime words'],
  ])('%s', async (_, table, change, what) => {
    await withStored(table, change, async () => {
      expect(await whatDiffers()).toContain(what);
    });
    expect(await whatDiffers()).toEqual([]);
  });

  test('and told with what it should be', async () => {
    await withStored(
      'verdicts',
      `UPDATE platform_fen = platform_fen + 1 WHERE order_no = '${ORDER}'`,
      async () => {
        const { findings } = await verify(document, { system: storedParts() });
        expect(findings.map(({ where }) => where)).toContain('Merkle root');
        const sum = findings.find(({ where }) => where !== 'Merkle root');
        expect(sum?.where).toMatch(/^[A-Z_]+ (PAYMENT|REFUND)/);
        expect(sum?.expected).not.toBe(sum?.found);
      },
    );
  });

  test('a certificate of the chain that was changed or taken away', async () => {
    await withStored('certificates', 'DELETE WHERE sequence = 1', async () => {
      expect(await whatDiffers()).toEqual(['chain']);
    });
    const change = `UPDATE document = replaceOne(document, '"operator":"test"', '"operator":"root"') WHERE sequence = 1`;
    await withStored('certificates', change, async () => {
      expect(await whatDiffers()).toEqual(['chain']);
    });
  });
});

describe('how far realtime had been right', () => {
  const certificateOfDay = () => certificateOf(JSON.parse(document)).certificate;
  const signed = (certificate: Certificate) => canonicalJson(system.signer.sign(certificate));

  test('is told by the certificate, as the ledger says it of the run', async () => {
    const { realtime } = certificateOfDay();
    expect(realtime).toMatchObject({
      verdicts: 2,
      stood: 1,
      byType: [
        { type: 'MATCHED', verdicts: 1, stood: 1 },
        { type: 'PLATFORM_ONLY', verdicts: 1, stood: 0 },
      ],
    });
    const span = { merchantId: SAMPLE_MERCHANT.merchantId, from: DAY, to: DAY };
    const [asked] = await clickHouseLedgerQueries(system.client).realtimeQuality(WHOLE_LEDGER, span);
    expect(asked).toMatchObject(realtime ?? {});
  });

  test('cannot be told otherwise, even by who holds the key', async () => {
    const certificate = certificateOfDay();
    const { realtime } = certificate;
    if (!realtime) throw new Error('nothing is told of realtime');
    const [matched, ...others] = realtime.byType;
    if (!matched) throw new Error('nothing was matched');
    const better = { ...matched, verdicts: 9, stood: 9 };
    const whole = { ...realtime, verdicts: 10, stood: 9, byType: [better, ...others] };
    const { findings } = await verify(signed({ ...certificate, realtime: whole }), { system: storedParts() });
    expect(findings.map(({ what }) => what)).toContain('realtime words');
    // By type and in all it is one story.
    const halves = signed({ ...certificate, realtime: { ...realtime, stood: 2 } });
    expect((await verify(halves)).findings.map(({ what }) => what)).toEqual(['realtime']);
    const { realtime: left, ...without } = certificate;
    expect(left).toBeDefined();
    const silent = await verify(signed(without), { system: storedParts() });
    expect(silent.findings.map(({ what }) => what)).toContain('realtime words');
  });

  test('is not missed in a certificate from before it was told', async () => {
    const { realtime, ...before } = certificateOfDay();
    expect(realtime).toBeDefined();
    await withStored('realtime_words_of_runs', 'DELETE WHERE 1', async () => {
      const { findings } = await verify(signed(before), { system: storedParts() });
      // Only that the chain holds another certificate in its place.
      expect(findings.map(({ what }) => what)).not.toContain('realtime words');
      expect((await verify(signed(before))).findings).toEqual([]);
    });
  });
});

describe('one changed byte of a bill is found', () => {
  test.each([...BILLS, ...ARCHIVES])('%s', async (name) => {
    const path = join(dir, name);
    const bytes = await readFile(path);
    const other = Buffer.from(bytes);
    const at = Math.floor(bytes.length / 2);
    other[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(path, other);
    const { findings } = await verify(document, { files: await billFilesIn(dir) });
    await writeFile(path, bytes);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ what: 'bill', found: 'none' });
    expect(findings[0]?.expected).toMatch(/^a file with SHA-256 [0-9a-f]{64}$/);
  });
});

test("a certificate that its own key's holder signs with another sum of a bill does not stand before the bill", async () => {
  const signed = JSON.parse(document);
  const forged = structuredClone(signed.certificate);
  forged.bills[0].paymentFen = String(BigInt(forged.bills[0].paymentFen) + 1n);
  const text = canonicalJson(forged);
  const resigned = canonicalJson(system.signer.sign(JSON.parse(text)));
  const { findings } = await verify(resigned, { files: await billFilesIn(dir) });
  expect(findings.map(({ what }) => what)).toEqual(['conservation', 'bill']);
});

describe('one changed byte of the document is found', () => {
  async function everyByteCounts(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    for (const [at, byte] of bytes.entries()) {
      const other = Buffer.from(bytes);
      // By turns a bit that makes another letter, one that changes case, and one that makes no ASCII.
      other[at] = byte ^ ([1, 0x20, 0x80][at % 3] ?? 1);
      const { findings } = await verifyBytes(other);
      if (findings.length === 0) throw new Error(`a change of byte ${at} is not found`);
    }
    for (const other of [text.slice(1), text.slice(0, -1), ` ${text}`, `${text} `, `${text}\n\n`]) {
      expect((await verify(other)).findings).not.toEqual([]);
    }
  }

  test('a certificate', () => everyByteCounts(document), 60_000);

  test('a proof', async () => {
    const proof = await proveOrder(document, ORDER, { ledger: system.ledger, archive: system.certificates });
    const text = canonicalJson(proof);
    const result = await verify(text);
    expect(result).toMatchObject({
      orderNo: ORDER,
      findings: [],
      checked: ['form', 'signature', 'conservation', 'proof'],
    });
    await everyByteCounts(text);
  }, 60_000);
});

test('an order is proved alone; one that the run does not have is refused', async () => {
  const parts = { ledger: system.ledger, archive: system.certificates };
  for await (const [row] of system.ledger.rows({ ...runKey(), businessDate: DAY }, [
    'MATCHED',
    'OFFSET',
    'CHANNEL_ONLY',
  ])) {
    if (!row) continue;
    const proof = await proveOrder(document, row.verdict.orderNo, parts);
    expect((await verify(canonicalJson(proof))).findings).toEqual([]);
  }
  const both = await proveOrder(document, ORDER, parts);
  const other = { ...both, leaves: both.leaves.map((leaf) => ({ ...leaf, index: leaf.index + 1 })) };
  expect((await verify(canonicalJson(other))).findings).not.toEqual([]);
  await expect(proveOrder(document, 'HP0', parts)).rejects.toMatchObject({ code: 'DZ_ORDER_NOT_CERTIFIED' });
  await withStored('verdicts', `UPDATE split = 1 WHERE order_no = '${ORDER}'`, async () => {
    await expect(proveOrder(document, ORDER, parts)).rejects.toMatchObject({
      code: 'DZ_SYSTEM_LEDGER_CHANGED',
    });
  });
});

function runKey() {
  const { merchantId, mode, runId } = JSON.parse(document).certificate;
  return { merchantId, mode, runId };
}

test('another key is named, not taken for a bad signature', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { findings } = await verify(document, { publicKey });
  expect(findings.map(({ what, where }) => `${what} ${where}`)).toEqual(['signature key']);
  const signed = signCertificate(JSON.parse(document).certificate, {
    privateKey,
    keyId: JSON.parse(document).signature.keyId,
  });
  const forged = await verify(canonicalJson(signed));
  expect(forged.findings.map(({ what, where }) => `${what} ${where}`)).toEqual(['signature certificate']);
});
