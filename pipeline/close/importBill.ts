import { createHash } from 'node:crypto';
import { businessDateOf } from '../../domain/businessDate.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import type { BillStore } from '../../domain/closePorts.ts';
import type { Book, Channel, Entry } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { MatchRules, Merchant } from '../../domain/merchant.ts';
import type { Bill, BillError, BillLine, BillReader, BillReport } from '../../domain/ports.ts';
import { channelOfFormat } from '../channelOfFormat.ts';
import { BillAccounting } from './billAccount.ts';

export type BillToImport = {
  readonly merchant: Merchant;
  readonly book: Book;
  /** null: as the bill says; a plain CSV then speaks for every channel. */
  readonly channel: Channel | null;
  /** null: as the bill says. */
  readonly date: BusinessDate | null;
  readonly fileName: string;
  /** Opens the original bytes from their beginning; called twice, since a line's evidence names the hash of them all. */
  open(): AsyncIterable<Uint8Array>;
};

export type ImportResult =
  | { readonly status: 'imported'; readonly bill: Bill; readonly errors: readonly BillError[] }
  | {
      readonly status: 'known';
      readonly bill: Bill;
      /** The later bill that counts instead of this one, if any. */
      readonly supersededBy: Bill | null;
    };

export type ImportDeps = {
  readonly store: BillStore;
  readonly readBill: BillReader;
  /** Epoch milliseconds. */
  now(): number;
};

/** Fewer would give ClickHouse many small parts, more would cost memory. */
const LINES_A_WRITE = 20_000;

/**
 * Imports a bill into its book: lines first, the bill's record last, so that an import that was refused or killed leaves
 * nothing that anybody reads. The same bytes again are a no-op; other bytes for the same place supersede, and both
 * stay on record.
 * @throws DZ_BILL_… when the file cannot be trusted as a whole or is not the bill it was said to be
 */
export async function importBill(request: BillToImport, deps: ImportDeps): Promise<ImportResult> {
  const billId = await hashOf(request.open());
  const { lines, report, hashOfRead } = readAgain(request, deps.readBill);
  // The report rejects together with the lines; whoever waits for the lines first must not leave it unheard.
  report.catch(() => undefined);
  const accounting = new BillAccounting();
  let waiting: Entry[] = [];
  for await (const batch of lines) {
    for (const line of batch) {
      const entry = entryOf(line, request, billId);
      accounting.add(entry);
      waiting.push(entry);
    }
    if (waiting.length < LINES_A_WRITE) continue;
    await deps.store.writeLines(billId, waiting);
    waiting = [];
  }
  await deps.store.writeLines(billId, waiting);
  const said = await report;
  if ((hashOfRead() ?? billId) !== billId) throw changedWhileRead(request);
  checkReadable(request, said);
  checkWhole(request, said);
  const channel = request.channel ?? channelOfFormat(said.format);
  const date = checkedDate(request, said);
  checkMerchantNo(request, said, channel);

  const onRecord = (await deps.store.billsBetween(request.merchant.merchantId, date, date)).filter(
    (bill) => bill.book === request.book && bill.channel === channel,
  );
  const known = onRecord.find((bill) => bill.billId === billId);
  if (known) {
    const supersededBy = onRecord.find((bill) => isLatest(bill, onRecord) && bill.billId !== billId) ?? null;
    return { status: 'known', bill: known, supersededBy };
  }
  const own = request.merchant.channels.find((each) => each.channel === channel) ?? null;
  const account = accounting.accountOf(said, date, own);
  const bill = { ...billOf(request, { billId, channel, date, said, onRecord, now: deps.now() }), account };
  await deps.store.writeErrors(bill, said.errors);
  await deps.store.record(bill);
  return { status: 'imported', bill, errors: said.errors };
}

async function hashOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}

/** `hashOfRead` is null where the reader had no need of the file's last bytes. */
function readAgain(
  request: BillToImport,
  readBill: BillReader,
): {
  lines: AsyncIterable<readonly BillLine[]>;
  report: Promise<BillReport>;
  hashOfRead: () => string | null;
} {
  const hash = createHash('sha256');
  let digest: string | null = null;
  async function* hashed(): AsyncIterable<Uint8Array> {
    for await (const chunk of request.open()) {
      hash.update(chunk);
      yield chunk;
    }
    digest = hash.digest('hex');
  }
  const hints = {
    own: request.merchant.channels,
    ...(request.channel === null ? {} : { channel: request.channel }),
    ...(request.date === null ? {} : { date: request.date }),
  };
  return { ...readBill(hashed(), hints), hashOfRead: () => digest };
}

/** What of a bill's place its lines become entries by. */
export type EntryPlace = Pick<BillToImport, 'book' | 'channel'> & {
  readonly merchant: Pick<Merchant, 'merchantId'> & { readonly rules: Pick<MatchRules, 'cutOffMs'> };
};

export function entryOf(line: BillLine, request: EntryPlace, billId: string): Entry {
  const { merchant, book } = request;
  return {
    book,
    merchantId: merchant.merchantId,
    kind: line.kind,
    orderNo: line.orderNo,
    refundNo: line.refundNo,
    channel: line.channel ?? request.channel,
    channelTxnNo: line.channelTxnNo,
    hisOrderNo: line.hisOrderNo,
    amountFen: line.amountFen,
    occurredAtMs: line.occurredAtMs,
    businessDate: businessDateOf(line.occurredAtMs, merchant.rules.cutOffMs),
    businessType: line.businessType,
    source: 'BILL',
    sourceRef: `${billId}:${line.line}`,
  };
}

function billOf(
  request: BillToImport,
  found: {
    readonly billId: string;
    readonly channel: Channel | null;
    readonly date: BusinessDate;
    readonly said: BillReport;
    readonly onRecord: readonly Bill[];
    readonly now: number;
  },
): Bill {
  const latest = found.onRecord.reduce((max, bill) => (bill.version > max ? bill.version : max), 0n);
  // Growing with the clock too: two imports at once that see the same latest bill still differ.
  const version = BigInt(found.now) > latest ? BigInt(found.now) : latest + 1n;
  const { said } = found;
  return {
    billId: found.billId,
    merchantId: request.merchant.merchantId,
    book: request.book,
    channel: found.channel,
    businessDate: found.date,
    format: said.format,
    fileName: request.fileName,
    rows: said.rows,
    errorRows: said.errorCount,
    payments: said.payments,
    refunds: said.refunds,
    paymentFen: said.paymentFen,
    refundFen: said.refundFen,
    importedAtMs: found.now,
    version,
  };
}

function isLatest(bill: Bill, bills: readonly Bill[]): boolean {
  return bills.every((other) => other.version <= bill.version);
}

/** Bill types of WeChat Pay that leave out what its ALL bill holds (bill_type of 申请交易账单). */
const LACKING: Readonly<Record<string, { readonly en: string; readonly zh: string } | undefined>> = {
  SUCCESS: { en: 'the refunds', zh: '退款' },
  REFUND: { en: 'the payments', zh: '支付' },
  RECHARGE_REFUND: { en: 'the payments', zh: '支付' },
};

/** Half a bill would stand as the whole day, and everything of the other half as one-sided. */
function checkWhole(request: BillToImport, said: BillReport): void {
  const lacks = LACKING[said.billType];
  if (lacks === undefined) return;
  throw new DuizhangError(
    'DZ_BILL_HALF_BOOK',
    `${request.fileName} is the ${said.billType} bill, which lacks ${lacks.en}; import the ALL bill of the day`,
    { messageZh: `${request.fileName}是${said.billType}账单，不含${lacks.zh}，请导入当日的 ALL 账单` },
  );
}

/** A bill without one good row would stand as an empty day and push the events aside. */
function checkReadable(request: BillToImport, said: BillReport): void {
  if (said.accountOnly) {
    throw new DuizhangError(
      'DZ_BILL_NO_BOOK',
      `${request.fileName} is an account bill (${said.format}), whose rows are movements of the balance; import the trade bill`,
      {
        messageZh: `${request.fileName}是账务/资金账单（${said.format}），其明细为资金流水，请导入交易（业务）账单`,
      },
    );
  }
  const [first] = said.errors;
  if (!first || said.errorCount < said.rows) return;
  throw new DuizhangError(
    'DZ_BILL_NO_GOOD_ROW',
    `${request.fileName}: none of its ${said.rows} rows could be read, the first for this reason: line ${first.line}, ${first.message}`,
    { details: { line: first.line, rowCode: first.code } },
  );
}

function checkedDate(request: BillToImport, said: BillReport): BusinessDate {
  if (said.billDate !== null && request.date !== null && said.billDate !== request.date) {
    throw new DuizhangError(
      'DZ_BILL_OTHER_DATE',
      `${request.fileName} is the bill of ${said.billDate}, not of ${request.date}; give the right file or the right --date`,
    );
  }
  const date = request.date ?? said.billDate;
  if (date === null) {
    throw new DuizhangError(
      'DZ_BILL_DATE_UNKNOWN',
      `${request.fileName} does not say which day it is of; add --date YYYY-MM-DD`,
    );
  }
  return date;
}

function checkMerchantNo(request: BillToImport, said: BillReport, channel: Channel | null): void {
  if (said.merchantNo === null || channel === null) return;
  const own = request.merchant.channels.find((c) => c.channel === channel);
  if (own?.merchantNo === said.merchantNo) return;
  const { merchantId } = request.merchant;
  throw new DuizhangError(
    'DZ_BILL_OTHER_MERCHANT',
    `${request.fileName} is the bill of ${channel} merchant ${said.merchantNo}, but ${merchantId} ${
      own ? `is ${own.merchantNo} there` : 'has no number there'
    }; give the right --merchant or correct duizhang.config.yaml`,
  );
}

function changedWhileRead(request: BillToImport): DuizhangError {
  return new DuizhangError(
    'DZ_BILL_CHANGED',
    `${request.fileName} changed while it was read; import it again when it is complete`,
  );
}
