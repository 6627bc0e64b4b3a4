import { openArchive } from '../adapters/archive/openArchive.ts';
import { billReader } from '../adapters/bills/billReader.ts';
import { connectClickHouse } from '../adapters/clickhouse/client.ts';
import { clickHouseBills } from '../adapters/clickhouse/closeBills.ts';
import type { Config } from '../adapters/config/loadConfig.ts';
import type { BillArchive } from '../domain/billArchive.ts';
import type { BillRefusal, BillStore } from '../domain/closePorts.ts';
import type { Book } from '../domain/entry.ts';
import { DuizhangError } from '../domain/errors.ts';
import type { Bill, BillReader } from '../domain/ports.ts';
import type { ImportDeps } from '../pipeline/close/importBill.ts';
import type { CommandIo } from './command.ts';
import { configOf } from './configOf.ts';
import { merchantOf } from './commands/merchantOf.ts';
import { systemHere } from './runningSystem.ts';

/** Shorter ones would soon be those of several. */
const ID = /^[0-9a-f]{6,64}(-[0-9a-f]*)?$/;

/** Whether a text may be the beginning of a bill's id. */
export function mayBeBillId(text: string): boolean {
  return ID.test(text);
}

/** The bills of the running system and their bytes, for commands. */
export class BillDesk implements AsyncDisposable {
  readonly config: Config;
  readonly store: BillStore;
  readonly archive: BillArchive;
  readonly readBill: BillReader;
  readonly #close: () => Promise<void>;

  /** @throws DZ_NOT_RUNNING */
  constructor(io: CommandIo) {
    const run = systemHere(io);
    this.config = configOf(run);
    const clickhouse = connectClickHouse(run.clickhouseUrl);
    this.readBill = billReader(this.config.books);
    this.store = clickHouseBills(clickhouse);
    this.archive = openArchive(this.config.archive, run.dataDir, io.env);
    this.#close = () => clickhouse.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  /** What the use cases need. */
  get deps(): ImportDeps {
    const { store, archive, readBill } = this;
    return { store, archive, readBill, now: Date.now };
  }

  /** @throws DZ_UNKNOWN_MERCHANT */
  merchant(merchantId: string) {
    return merchantOf(this.config, merchantId);
  }

  /** The one bill on record whose id begins so. @throws DZ_BILL_UNKNOWN_ID, DZ_BILL_AMBIGUOUS_ID */
  async bill(idStart: string, merchantId: string | null = null, book: Book | null = null): Promise<Bill> {
    const found = (await this.store.billsById(checkedId(idStart))).filter(
      (bill) =>
        (merchantId === null || bill.merchantId === merchantId) && (book === null || bill.book === book),
    );
    const exact = found.filter((bill) => bill.billId === idStart);
    const [bill, ...others] = exact.length > 0 ? exact : found;
    if (bill && others.length === 0) return bill;
    throw bill ? ambiguous(idStart, [bill, ...others]) : unknown(idStart);
  }

  /** The SHA-256 of kept bytes, of a bill on record or of a refused file. @throws as `bill` */
  async sha256(idStart: string): Promise<{ sha256: string; fileName: string }> {
    const [bill] = await this.store.billsById(checkedId(idStart));
    const found: readonly (Bill | BillRefusal)[] = bill
      ? await this.store.billsById(idStart)
      : await this.store.refusalsById(idStart);
    const names = new Map(found.map((file) => [shaOf(file), file.fileName]));
    const [first, ...others] = names;
    if (!first) throw unknown(idStart);
    if (others.length > 0) throw ambiguousId(idStart, [...names.keys()].join(', '));
    return { sha256: first[0], fileName: first[1] };
  }
}

function shaOf(file: Bill | BillRefusal): string {
  return 'billId' in file ? (file.origin?.sha256 ?? file.billId) : file.sha256;
}

function checkedId(idStart: string): string {
  if (ID.test(idStart)) return idStart;
  throw new DuizhangError(
    'DZ_USAGE',
    `"${idStart}" is no id of a bill: give its first 6 or more characters, as "bill list" shows them`,
  );
}

function unknown(idStart: string): DuizhangError {
  return new DuizhangError(
    'DZ_BILL_UNKNOWN_ID',
    `no bill on record has an id that begins with ${idStart}; "bill list" shows those of a day`,
  );
}

function ambiguous(idStart: string, bills: readonly Bill[]): DuizhangError {
  const places = bills.map((bill) => `${bill.billId} (${bill.merchantId} ${bill.book} ${bill.businessDate})`);
  return ambiguousId(idStart, places.join(', '));
}

function ambiguousId(idStart: string, which: string): DuizhangError {
  return new DuizhangError(
    'DZ_BILL_AMBIGUOUS_ID',
    `several bills have an id that begins with ${idStart}: ${which}; give more of it, or --merchant and --book`,
  );
}
