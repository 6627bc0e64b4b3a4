import { dayOfDate, dateOfDay } from '../../domain/businessDate.ts';
import type { Channel, Entry } from '../../domain/entry.ts';
import { keyPartOf, orderKeyOf } from '../../domain/entry.ts';
import type { WindowEvent } from '../../domain/joinPorts.ts';
import type { Position } from '../../domain/ports.ts';
import { TextHash } from './hash.ts';

/**
 * A fact line is one entry as the window keeps it, tabs between:
 *
 *   part ⇥ factHash ⇥ side+fen ⇥ occurredAtMs ⇥ day ⇥ channel ⇥ channelTxnNo ⇥ hisOrderNo ⇥ businessType
 *
 * `side` is M or P, `day` the business date in days since 1970, `channel` a letter. Two entries with the same content
 * are the same line, whatever event ids they came with; so a redelivery adds nothing. The script reads the first five.
 */
export function windowEventOf(
  entry: Entry,
  windowMs: number,
  late: boolean,
  position: Position,
  nowMs = 0,
): WindowEvent {
  const part = keyPartOf(entry);
  const orderKey = orderKeyOf(entry.merchantId, entry.orderNo);
  const content = contentOf(entry);
  const homeHash = hash.reset().add(orderKey).value;
  const payHash = part === 'P' ? '' : String(hash.add(' P').value);
  const keyHash = String((part === 'P' ? hash : hash.reset().add(orderKey)).add(' ').add(part).value);
  const factHash = hash.add('\t').add(content).value;
  return {
    orderKey,
    homeHash,
    part,
    line: `${part}\t${factHash}\t${content}`,
    keyHash,
    payHash,
    dueSecond: dueSecondOf(entry.occurredAtMs + windowMs, nowMs),
    late,
    position,
  };
}

/** One for all: nothing waits between its reset and its value. */
const hash = new TextHash();

/** Deadlines that are over anyway share a list: one for each second of a day that is caught up with would be many. */
const CATCH_UP_MS = 120_000;
const CATCH_UP_SECONDS = 64;

function dueSecondOf(dueMs: number, nowMs: number): number {
  const second = Math.ceil(dueMs / 1000);
  if (dueMs >= nowMs - CATCH_UP_MS) return second;
  return Math.ceil(second / CATCH_UP_SECONDS) * CATCH_UP_SECONDS;
}

function contentOf(entry: Entry): string {
  const side = entry.book === 'MERCHANT' ? 'M' : 'P';
  const channel = entry.channel === null ? '' : CHANNEL_LETTERS[entry.channel];
  return `${side}${entry.amountFen}\t${entry.occurredAtMs}\t${dayOfDate(entry.businessDate)}\t${channel}\t${
    entry.channelTxnNo ?? ''
  }\t${entry.hisOrderNo ?? ''}\t${escape(entry.businessType ?? '')}`;
}

const CHANNEL_LETTERS: Readonly<Record<Channel, string>> = { WECHAT: 'W', ALIPAY: 'A', UNIONPAY: 'U' };
const CHANNEL_OF_LETTER: Readonly<Record<string, Channel>> = { W: 'WECHAT', A: 'ALIPAY', U: 'UNIONPAY' };

/** The entry that a fact line holds; `sourceRef` is not kept in the window. */
export function entryOfLine(orderKey: string, line: string): Entry {
  const [part = '', , amount = '', at = '', day = '', channel = '', txn = '', his = '', business = ''] =
    line.split('\t');
  const space = orderKey.indexOf(' ');
  return {
    book: amount.startsWith('M') ? 'MERCHANT' : 'PLATFORM',
    merchantId: orderKey.slice(0, space),
    kind: part === 'P' ? 'PAYMENT' : 'REFUND',
    orderNo: orderKey.slice(space + 1),
    refundNo: part === 'P' || part.startsWith('R~') ? null : part.slice(1),
    channel: CHANNEL_OF_LETTER[channel] ?? null,
    channelTxnNo: txn === '' ? null : txn,
    hisOrderNo: his === '' ? null : his,
    amountFen: BigInt(amount.slice(1)),
    occurredAtMs: Number(at),
    businessDate: dateOfDay(Number(day)),
    businessType: business === '' ? null : unescape(business),
    source: 'EVENT',
    sourceRef: '',
  };
}

/** Business types are free text of a producer; a tab or a line end in one must not break the line. */
function escape(text: string): string {
  return /[\t\n\\\u001e]/.test(text) ? JSON.stringify(text).replaceAll('\u001e', '\\u001e') : text;
}

function unescape(text: string): string {
  return text.startsWith('"') ? String(JSON.parse(text)) : text;
}
