import type { RunKey } from '../../domain/closePorts.ts';
import { text } from './closeSql.ts';

/** Condition on `verdicts`: the rows of one run. */
export function rowsOfRun(run: Omit<RunKey, 'businessDate'>): string {
  return `merchant_id = ${text(run.merchantId)} AND mode = ${text(run.mode)} AND run_id = ${text(run.runId)}`;
}

/** `leafText` of domain/merkle.ts over the columns of `verdicts`; a test holds them together. */
const LEAF_TEXT = `arrayStringConcat(arrayConcat([
  mode, merchant_id, order_no, key_part, kind, refund_no, code, toString(business_date), channel, business_type,
  ${sideText('merchant', 1)}, ${sideText('platform', 2)}, ${sideText('channel', 4)},
  concat(toString(possibly_cross_day), toString(amount_conflict), toString(split)),
  ifNull(toString(surplus_fen), ''), possible_duplicate_of], ${notesText()}), '\\n')`;

/** `notesOf` of domain/merkle.ts: no line, or one. */
function notesText(): string {
  const notes = [
    `if(ambiguous_refund = 1, 'ambiguous-refund', '')`,
    `if(channel_conflict = 1, 'channel-conflict', '')`,
    `if(merged_receipt = '', '', arrayStringConcat(arrayConcat(['merged', merged_receipt], merged_orders), ' '))`,
  ];
  return `arrayFilter(n -> n != '', [arrayStringConcat(arrayFilter(n -> n != '', [${notes.join(', ')}]), ' ')])`;
}

/** @param bit the side's in `conflicts` */
function sideText(book: string, bit: number): string {
  return `ifNull(concat(toString(${book}_fen), ' ', toString(${book}_date), ' ',
    toString(toUnixTimestamp64Milli(${book}_at)), ' ', arrayStringConcat(${book}_identities, ' '),
    if(bitAnd(conflicts, ${bit}) = 0, '', ' conflict')), '')`;
}

/** Leaf hashes in hex, in key order: hashed where the rows are, so that only the hashes travel. */
export function leavesSql(run: RunKey): string {
  return `SELECT hex(SHA256(concat(char(0), ${LEAF_TEXT}))) FROM verdicts
    WHERE ${rowsOfRun(run)} ORDER BY order_no, key_part, span`;
}

/**
 * An order's leaves as texts, in key order, each with its place among all leaves. An order's rows stand side by side.
 */
export function orderLeavesSql(run: Omit<RunKey, 'businessDate'>, orderNo: string): string {
  return `SELECT ${LEAF_TEXT} AS leaf, (SELECT toString(count()) FROM verdicts
      WHERE ${rowsOfRun(run)} AND order_no < ${text(orderNo)}) AS before
    FROM verdicts WHERE ${rowsOfRun(run)} AND order_no = ${text(orderNo)} ORDER BY key_part, span`;
}
