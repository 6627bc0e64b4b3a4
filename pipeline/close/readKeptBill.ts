import type { BillArchive, KeptBytes } from '../../domain/billArchive.ts';
import { businessDateOf } from '../../domain/businessDate.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import type { BillFee, BillStore } from '../../domain/closePorts.ts';
import type { Book, Channel, Entry } from '../../domain/entry.ts';
import type { MatchRules, Merchant } from '../../domain/merchant.ts';
import type { BillAccount, BillLine, BillReader, BillReport } from '../../domain/ports.ts';
import { channelOfFormat } from '../channelOfFormat.ts';
import { BillAccounting } from './billAccount.ts';
import { checkBill } from './billChecks.ts';
import { RowsHash } from './rowsHash.ts';

/** What a bill is said to be. */
export type BillWish = {
  readonly merchant: Merchant;
  readonly book: Book;
  /** null: as the bill says; a plain CSV then speaks for every channel. */
  readonly channel: Channel | null;
  /** null: as the bill says. */
  readonly date: BusinessDate | null;
  readonly fileName: string;
};

export type ReadingDeps = {
  readonly store: BillStore;
  readonly archive: BillArchive;
  readonly readBill: BillReader;
};

export type Reading = {
  readonly said: BillReport;
  readonly channel: Channel | null;
  readonly date: BusinessDate;
  /** See BillOrigin. */
  readonly rowsHash: string;
  readonly account: BillAccount;
};

/** Fewer would give ClickHouse many small parts, more would cost memory. */
const LINES_A_WRITE = 20_000;

/**
 * Reads kept bytes as the bill they are said to be.
 * @param billId under which its lines and fees are stored; null: they are not
 * @throws DZ_BILL_… when it cannot be trusted as a whole or is another; lines that were stored then belong to no bill
 */
export async function readKeptBill(
  wish: BillWish,
  { sha256 }: Pick<KeptBytes, 'sha256'>,
  deps: ReadingDeps,
  billId: string | null,
): Promise<Reading> {
  const hints = {
    place: { merchantId: wish.merchant.merchantId, book: wish.book },
    own: wish.merchant.channels,
    ...(wish.channel === null ? {} : { channel: wish.channel }),
    ...(wish.date === null ? {} : { date: wish.date }),
  };
  const { lines, report } = deps.readBill(deps.archive.read(sha256), hints);
  // The report rejects together with the lines; whoever waits for the lines first must not leave it unheard.
  report.catch(() => undefined);
  const hash = new RowsHash();
  const accounting = new BillAccounting();
  let waiting = new WaitingLines();
  for await (const batch of lines) {
    for (const line of batch) {
      const entry = entryOf(line, wish, billId ?? sha256);
      hash.add(line, entry);
      accounting.add(entry);
      if (billId !== null) waiting.add(line, entry);
    }
    if (billId === null || waiting.entries.length < LINES_A_WRITE) continue;
    await waiting.write(billId, deps.store);
    waiting = new WaitingLines();
  }
  if (billId !== null) await waiting.write(billId, deps.store);
  const said = await report;
  const channel = wish.channel ?? channelOfFormat(said.format);
  const date = checkBill(wish, said, channel);
  const own = wish.merchant.channels.find((each) => each.channel === channel) ?? null;
  return { said, channel, date, rowsHash: hash.digest(said), account: accounting.accountOf(said, date, own) };
}

/** The id of a reading that is not the first of its bytes: of what it gave, so that no two readings share lines. */
export function idOfReading({ sha256 }: Pick<KeptBytes, 'sha256'>, { rowsHash }: Reading): string {
  return `${sha256}-${rowsHash.slice(0, 16)}`;
}

/** Lines and their fees that are to be written in one go. */
class WaitingLines {
  readonly entries: Entry[] = [];
  readonly #fees: BillFee[] = [];

  add({ line, feeMilliFen = null, settledFen = null }: BillLine, entry: Entry): void {
    this.entries.push(entry);
    if (feeMilliFen !== null && entry.book === 'CHANNEL')
      this.#fees.push({ entry, line, feeMilliFen, settledFen });
  }

  async write(billId: string, store: BillStore): Promise<void> {
    await Promise.all([store.writeLines(billId, this.entries), store.writeFees(billId, this.#fees)]);
  }
}

/** What of a bill's place its lines become entries by. */
export type EntryPlace = Pick<BillWish, 'book' | 'channel'> & {
  readonly merchant: Pick<Merchant, 'merchantId'> & { readonly rules: Pick<MatchRules, 'cutOffMs'> };
};

export function entryOf(line: BillLine, wish: EntryPlace, billId: string): Entry {
  const { merchant, book } = wish;
  return {
    book,
    merchantId: merchant.merchantId,
    kind: line.kind,
    orderNo: line.orderNo,
    refundNo: line.refundNo,
    channel: line.channel ?? wish.channel,
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
