import { spawn } from 'node:child_process';
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readBill } from '../../adapters/bills/readBill.ts';
import { clickHouseLedgerQueries } from '../../adapters/clickhouse/ledgerQueries.ts';
import { canonicalJson } from '../../domain/canonicalJson.ts';
import type { SignedCertificate } from '../../domain/certificate.ts';
import { certificateHash, isSignedBy } from '../../domain/certificate.ts';
import { certificateOf } from '../../domain/certificateForm.ts';
import { identityFindings } from '../../domain/certificateIdentity.ts';
import { startOfDate } from '../../domain/businessDate.ts';
import type { Book, Entry } from '../../domain/entry.ts';
import { EMPTY_ROOT } from '../../domain/merkle.ts';
import { verifyDocument } from '../../pipeline/certificates/verifyDocument.ts';
import { closeDay } from '../../pipeline/close/closeDay.ts';
import type { CloseSystem } from './closeHarness.ts';
import { SAMPLE_MERCHANT, SAMPLES, startCloseSystem } from './closeHarness.ts';
import { books, textOf } from './randomBooks.ts';

const KILLED_CLOSE = new URL('killedClose.ts', import.meta.url).pathname;
const DAY = '2026-03-09';
const NEXT_DAY = '2026-03-10';

let system: CloseSystem;

beforeAll(async () => {
  system = await startCloseSystem();
}, 60_000);

afterAll(() => system[Symbol.asyncDispose]());

beforeEach(() => system.forgetAll());

async function importDay(day: string): Promise<void> {
  const compact = day.replaceAll('-', '');
  await system.importFile(`${SAMPLES}his-${compact}.csv`, 'MERCHANT');
  await system.importFile(`${SAMPLES}platform-${compact}.csv`, 'PLATFORM');
  await system.importFile(`${SAMPLES}wechat-all-${compact}.csv`, 'CHANNEL');
  await system.importFile(`${SAMPLES}alipay-trade-${compact}.zip`, 'CHANNEL');
  if (day === DAY) await system.importFile(`${SAMPLES}unionpay-${compact}.zip`, 'CHANNEL');
}

async function chain(): Promise<readonly SignedCertificate[]> {
  const certificates: SignedCertificate[] = [];
  for await (const document of system.certificates.chain(SAMPLE_MERCHANT.merchantId, 1000)) {
    certificates.push(certificateOf(JSON.parse(document)));
  }
  return certificates;
}

describe('every run has one certificate, signed and in its chain', () => {
  test('that adds up to the fen from the footers of the bills to the verdicts', async () => {
    await importDay(DAY);
    await importDay(NEXT_DAY);
    const first = await system.close(DAY);
    const second = await system.close(NEXT_DAY);
    const certificates = await chain();
    expect(certificates.map(({ certificate }) => certificate.runId)).toEqual([
      first.run.runId,
      second.run.runId,
    ]);
    for (const [i, { run, rows }] of [first, second].entries()) {
      const signed = certificates[i];
      if (!signed) throw new Error('no certificate');
      const { certificate } = signed;
      expect(identityFindings(certificate)).toEqual([]);
      expect(isSignedBy(signed, system.signer.publicKey)).toBe(true);
      expect(isSignedBy(signed, createPublicKey(generateKeyPairSync('ed25519').privateKey))).toBe(false);
      expect(certificate).toMatchObject({
        outcome: run.outcome,
        merkle: { root: run.merkleRoot, leaves: rows.length },
        operator: 'test',
        startedAt: new Date(run.startedAtMs).toISOString(),
      });
      const wechat = certificate.bills.find(({ channel }) => channel === 'WECHAT');
      expect(wechat?.stated[0]).toEqual({ name: '总交易单数', value: String(wechat?.rows) });
      expect(wechat?.stated.map(({ name }) => name)).toContain('订单总金额');
      const alipay = certificate.bills.find(({ channel }) => channel === 'ALIPAY');
      expect(alipay?.stated[0]).toEqual({ name: '交易合计笔数', value: String(alipay?.payments) });
      expect(certificate.bills.map(({ book, channel, footer }) => [book, channel, footer])).toEqual(
        [
          ['MERCHANT', null, 'NONE'],
          ['PLATFORM', null, 'NONE'],
          ['CHANNEL', 'ALIPAY', 'VERIFIED'],
          ['CHANNEL', 'UNIONPAY', 'NONE'],
          ['CHANNEL', 'WECHAT', 'VERIFIED'],
        ].filter(([, channel]) => i === 0 || channel !== 'UNIONPAY'),
      );
    }
    const [one, two] = certificates;
    expect([one?.certificate.previous, one?.certificate.sequence, two?.certificate.sequence]).toEqual([
      null,
      1,
      2,
    ]);
    expect(two?.certificate.previous).toBe(one && certificateHash(one.certificate));
  });

  test('of a run that failed it says why', async () => {
    await system.importFile(`${SAMPLES}his-20260309.csv`, 'MERCHANT');
    await system.close(DAY);
    const [signed] = await chain();
    expect(signed?.certificate).toMatchObject({
      outcome: 'FAILED',
      reasons: ['PLATFORM_BILL_EMPTY', 'BILL_NOT_READY'],
      verdicts: [],
      conservation: [],
      merkle: { root: EMPTY_ROOT, leaves: 0 },
    });
    expect(signed && identityFindings(signed.certificate)).toEqual([]);
  });

  test('when its process was killed after the publication: the next one makes it, with the bytes it would have had', async () => {
    await importDay(DAY);
    const child = spawn(process.execPath, [KILLED_CLOSE, system.dataDir, 'killed'], { stdio: 'inherit' });
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    expect(await chain()).toEqual([]);
    const [draft] = await system.certificates.waiting(SAMPLE_MERCHANT.merchantId);
    expect(draft?.runId).toBe('killed');

    await importDay(NEXT_DAY);
    const { run } = await system.close(NEXT_DAY);
    const certificates = await chain();
    expect(certificates.map(({ certificate }) => certificate.runId)).toEqual(['killed', run.runId]);
    if (!draft) throw new Error('no draft');
    const expected = system.signer.sign({ ...draft, sequence: 1, previous: null });
    expect(canonicalJson(certificates[0] ?? null)).toBe(canonicalJson(expected));
    await system.certifier.certifyAll();
    expect(await chain()).toEqual(certificates);
  });

  test('when its process was killed before the publication there is no run and no certificate', async () => {
    await importDay(DAY);
    const killed = closeDay(
      { merchant: SAMPLE_MERCHANT, date: DAY, runId: 'unpublished', operator: 'test' },
      {
        ...system.deps,
        ledger: { ...system.ledger, publish: () => Promise.reject(new Error('killed')) },
      },
    );
    await expect(killed).rejects.toThrow('killed');
    await system.certifier.certifyAll();
    expect(await chain()).toEqual([]);
  });

  test('also when many processes certify at once', async () => {
    await importDay(DAY);
    await Promise.all(
      [1, 2, 3].map((i) =>
        system.writeBill([], { book: 'CHANNEL', channel: null, businessDate: `2026-04-0${i}` }),
      ),
    );
    await Promise.all([
      system.close(DAY),
      ...[1, 2, 3].map((i) => system.close(`2026-04-0${i}`)),
      ...Array.from({ length: 8 }, () => system.certifier.certifyAll()),
    ]);
    await system.certifier.certifyAll();
    const certificates = await chain();
    expect(certificates.map(({ certificate }) => certificate.sequence)).toEqual([1, 2, 3, 4]);
    expect(new Set(certificates.map(({ certificate }) => certificate.runId)).size).toBe(4);
    for (const [i, { certificate }] of certificates.slice(1).entries()) {
      const before = certificates[i];
      expect(certificate.previous).toBe(before && certificateHash(before.certificate));
    }
  });
});

test('rows of other businesses in a shared bill are named, and are in no book', async () => {
  const own = { orderNoPrefixes: ['HP2026030900000', 'HP2026030900001'] };
  const merchant = {
    ...SAMPLE_MERCHANT,
    channels: [{ channel: 'WECHAT' as const, merchantNo: '1900000001', ownRows: own }],
  };
  const file = `${SAMPLES}wechat-all-20260309.csv`;
  await system.importFile(file, 'CHANNEL', { merchant });
  await system.writeEvents(
    (['MERCHANT', 'PLATFORM'] as const).map((book) => eventOf(book, merchant.merchantId)),
  );
  await system.close(DAY, merchant);
  const [signed] = await chain();
  const bill = signed?.certificate.bills[0];
  expect(bill).toMatchObject({ rows: 42, footer: 'VERIFIED', own: merchant.channels[0] });
  expect(bill?.foreignRows).toBeGreaterThan(0);
  const wechat = signed?.certificate.conservation.find(
    ({ book, kind }) => book === 'CHANNEL' && kind === 'PAYMENT',
  )?.channels[0];
  expect(wechat).toMatchObject({
    foreignFen: bill?.foreignPaymentFen,
    bookFen: bill?.paymentFen,
    footerFen: '6083788',
  });
  const text = await readFile(file, 'utf8');
  expect(await findingsOf(signed, [text])).toEqual([]);
});

function eventOf(book: Book, merchantId: string): Entry {
  return {
    book,
    merchantId,
    kind: 'PAYMENT',
    orderNo: 'HP20260309000001',
    refundNo: null,
    channel: 'WECHAT',
    channelTxnNo: '4200009900202603090000000001',
    hisOrderNo: 'R1',
    amountFen: 100n,
    occurredAtMs: startOfDate(DAY) + 36_000_000,
    businessDate: DAY,
    businessType: null,
    source: 'EVENT',
    sourceRef: book,
  };
}

/** So that no book or channel is empty on the day, which would fail. */
const FILLING = ['WECHAT', 'ALIPAY'].map((channel, i) =>
  textOf({
    order: 90 + i,
    txn: 90 + i,
    refund: null,
    fen: 700,
    time: `${DAY} 12:00:00`,
    channel,
    his: 90 + i,
  }),
);

/** Three bills of the day, and which of them is imported when: each at least once. */
const imports = fc
  .tuple(
    books,
    fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
    fc.array(fc.nat({ max: 2 }), { maxLength: 3 }),
  )
  .map(([files, order, again]) => ({
    files: files.map(({ book, bytes }) => ({
      book,
      text: `${bytes.toString().trimEnd()}\n${FILLING.join('\n')}\n`,
    })),
    order: [...order, ...again],
  }));

async function closeOfImports(files: readonly { book: Book; text: string }[], order: readonly number[]) {
  await system.forgetAll();
  for (const i of order) {
    const file = files[i];
    if (!file) continue;
    const { bill } = await system.importText(file.text, file.book, { date: DAY });
    const { merchantId, billId, errorRows } = bill;
    if (errorRows === 0) continue;
    await system.bills.recordHandling({
      merchantId,
      billId,
      handledBy: 'test',
      note: 'random',
      handledAtMs: 0,
    });
  }
  await system.close(DAY);
  const [signed] = await chain();
  const texts = files.map(({ text }) => text);
  expect(await findingsOf(signed, texts)).toEqual([]);
  if (!signed) throw new Error('no certificate');
  return signed.certificate;
}

/** By its bills and by the ledger. */
async function findingsOf(signed: SignedCertificate | undefined, bills: readonly string[]) {
  const texts = new Map(bills.map((text) => [createHash('sha256').update(text).digest('hex'), text]));
  const { findings } = await verifyDocument(Buffer.from(canonicalJson(signed ?? null)), {
    publicKey: system.signer.publicKey,
    readBill,
    files: { find: async (sha256) => fileOf(sha256, texts.get(sha256)) },
    system: {
      ledger: system.ledger,
      bills: system.bills,
      runs: clickHouseLedgerQueries(system.client),
      archive: system.certificates,
    },
  });
  return findings;
}

function fileOf(name: string, text: string | undefined) {
  return text === undefined ? null : { name, open: () => ReadableStream.from([Buffer.from(text)]) };
}

test('bills of random books tie to the certificate to the fen, in whatever order and however often they come', async () => {
  await fc.assert(
    fc.asyncProperty(imports, async ({ files, order }) => {
      const certificate = await closeOfImports(files, order);
      expect(identityFindings(certificate)).toEqual([]);
      expect(certificate.outcome).not.toBe('FAILED');
      const plain = await closeOfImports(files, [0, 1, 2]);
      expect(certificate.merkle).toEqual(plain.merkle);
      for (const field of ['bills', 'books', 'conservation', 'verdicts'] as const) {
        expect(certificate[field]).toEqual(plain[field]);
      }
    }),
    { numRuns: 4 },
  );
}, 60_000);
