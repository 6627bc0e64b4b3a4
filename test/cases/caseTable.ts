import { addDays, businessDateOf, daysBetween, instantOfLocal } from '../../domain/businessDate.ts';
import type { Book, Channel, Entry } from '../../domain/entry.ts';
import { BOOKS } from '../../domain/entry.ts';
import type { MatchRules } from '../../domain/merchant.ts';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import type { Mode, Verdict } from '../../domain/verdict.ts';

/** The date that the cases close. */
export const CASE_DATE = '2026-03-09';
export const CASE_MERCHANT = 'H001';

/**
 * One order, sometimes two or three, as the books show it, and the rows that the close of CASE_DATE gives (REALTIME:
 * the verdicts of all dates). Tables of them are written as text, a case a line, `|` between its columns; the columns
 * are named by the first line.
 *
 * A line of a book is `<key> <fen>`, where the key is `P` (the payment), `R1`, `R2` (refunds by number) or `R?` (a
 * refund that HIS gave no number). Before it `B:` or `C:` where it is of a second or third order. After it, in this order:
 *
 *   #b        another receipt (HIS) or transaction (platform, channel) than the first; `#-` none named
 *   /m        the HIS receipt `m`, whichever the order: of a HIS line its own, of a platform line the one it names
 *   %A %U %-  Alipay, UnionPay, no channel named (else WeChat)
 *   +1 -1     days away from CASE_DATE
 *   @23:50    the time (else 10:00)
 *
 * A row of `gives` is `<key> <verdict>` and its flags: `split`, `conflict` (amountConflict), `crossDay?`
 * (possiblyCrossDay), `channels` (channelConflict), `ambiguous` (ambiguousRefund), `surplus=<fen>`, `heals=<days>` (refersTo, as days away from CASE_DATE), `repeats=<A, B or C>`
 * (possibleDuplicateOf, the case's first order being A), `merged=<A, B or C, several of them>` (mergedReceipt: the orders
 * that add up to it).
 */
export type Case = {
  readonly says: string;
  readonly mode: Mode;
  readonly rules: MatchRules;
  /** The channels' bills of the next date are in. */
  readonly nextDateBilled: boolean;
  readonly books: Readonly<Record<Book, string>>;
  readonly gives: string;
  /** What `./duizhang reconcile` gives, where it knowingly differs; the table's column `because` says why. */
  readonly inFiles: string;
  /** REALTIME: keys whose window still runs. */
  readonly waits: string;
};

export type Setting = {
  readonly mode?: Mode;
  readonly rules?: Partial<MatchRules>;
  readonly nextDateBilled?: boolean;
};

const COLUMNS = ['says', 'merchant', 'platform', 'channel', 'gives', 'in files', 'because', 'waits'];

export function tableOf(setting: Setting, text: string): readonly Case[] {
  const [header = [], ...rows] = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const unknown = header.filter((name) => !COLUMNS.includes(name));
  if (unknown.length > 0) throw new Error(`a table of cases has no column ${unknown.join(', ')}`);
  return rows.map((cells) => {
    if (cells.length > header.length) throw new Error(`more cells than columns: ${cells.join(' | ')}`);
    const at = (name: string): string => cells[header.indexOf(name)] ?? '';
    if ((at('in files') === '') !== (at('because') === '')) throw new Error(`${at('says')}: because?`);
    return {
      says: at('says'),
      mode: setting.mode ?? 'THREE_WAY',
      rules: { ...DEFAULT_RULES, ...setting.rules },
      nextDateBilled: setting.nextDateBilled ?? false,
      books: { MERCHANT: at('merchant'), PLATFORM: at('platform'), CHANNEL: at('channel') },
      gives: at('gives'),
      inFiles: at('in files') || at('gives'),
      waits: at('waits'),
    };
  });
}

/** What a case is known by in a ledger that holds them all: its place in the table. */
export function nameOfCase(index: number): string {
  return `CASE${String(index + 1).padStart(3, '0')}`;
}

/** The texts of rows, in one order. */
export function rowsOfText(text: string): readonly string[] {
  return text === '' ? [] : text.split(', ').toSorted();
}

const LINE =
  /^(?:([BC]):)?(P|R\d|R\?) (\d+)(?: #([\w-]))?(?: \/(\w))?(?: %([AU-]))?(?: ([+-]\d+))?(?: @(\d\d:\d\d(?::\d\d)?))?$/;
const CHANNEL_OF_MARK: Readonly<Record<string, Channel | null>> = {
  W: 'WECHAT',
  A: 'ALIPAY',
  U: 'UNIONPAY',
  '-': null,
};

export function linesOfCase(item: Case, name: string): readonly Entry[] {
  return BOOKS.flatMap((book) => rowsOfText(item.books[book]).map((text) => lineOf(text, book, item, name)));
}

function lineOf(text: string, book: Book, { rules }: Case, name: string): Entry {
  const match = LINE.exec(text);
  if (!match) throw new Error(`not a line of a case: ${text}`);
  const [, order = 'A', key = '', fen = '', mark = 'a', receipt, channel = 'W', days = '0', time = '10:00'] =
    match;
  const isNamed = mark !== '-';
  const orderNo = name + order;
  const own = book === 'MERCHANT' && isNamed ? `H${orderNo}${key.at(-1)}${mark}` : null;
  const at = `${addDays(CASE_DATE, Number(days))} ${time.padEnd(8, ':00')}`;
  const occurredAtMs = instantOfLocal(at) ?? Number.NaN;
  return {
    book,
    merchantId: CASE_MERCHANT,
    kind: key === 'P' ? 'PAYMENT' : 'REFUND',
    orderNo,
    // Unique within its order only, as at some channels.
    refundNo: key === 'P' || key === 'R?' ? null : key,
    channel: CHANNEL_OF_MARK[channel] ?? null,
    channelTxnNo: isNamed ? `T${orderNo}${mark}` : null,
    hisOrderNo: receipt === undefined ? own : `H${name}${receipt}`,
    amountFen: BigInt(fen),
    occurredAtMs,
    businessDate: businessDateOf(occurredAtMs, rules.cutOffMs),
    businessType: 'REGISTRATION',
    source: 'EVENT',
    sourceRef: `${orderNo} ${book} ${text}`,
  };
}

/** A row in the words of the table. */
export function rowText(verdict: Verdict, refersTo: string | null, name: string): string {
  return [
    `${keyText(verdict, name)} ${verdict.code}`,
    verdict.split ? ' split' : '',
    verdict.amountConflict ? ' conflict' : '',
    verdict.possiblyCrossDay ? ' crossDay?' : '',
    verdict.channelConflict ? ' channels' : '',
    verdict.ambiguousRefund ? ' ambiguous' : '',
    verdict.surplusFen === null ? '' : ` surplus=${verdict.surplusFen}`,
    refersTo === null ? '' : ` heals=${daysBetween(CASE_DATE, refersTo)}`,
    repeatsText(verdict.possibleDuplicateOf, name),
    mergedText(verdict.mergedReceipt, name),
  ].join('');
}

export function keyText(
  { kind, orderNo, refundNo }: Pick<Verdict, 'kind' | 'orderNo' | 'refundNo'>,
  name: string,
): string {
  const order = orderNo.slice(name.length);
  return `${order === 'A' ? '' : `${order}:`}${kind === 'PAYMENT' ? 'P' : (refundNo ?? 'R?')}`;
}

/** Another case's order is a payment of the same amount by chance. */
export function repeatsText(possibleDuplicateOf: string | null, name: string): string {
  return possibleDuplicateOf?.startsWith(name) ? ` repeats=${possibleDuplicateOf.slice(name.length)}` : '';
}

export function mergedText(merged: Verdict['mergedReceipt'], name: string): string {
  return merged?.orderNos.every((orderNo) => orderNo.startsWith(name))
    ? ` merged=${merged.orderNos.map((orderNo) => orderNo.slice(name.length)).join('')}`
    : '';
}
