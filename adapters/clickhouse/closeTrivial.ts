import type { RunKey } from '../../domain/closePorts.ts';
import type { Book } from '../../domain/entry.ts';
import { BOOKS } from '../../domain/entry.ts';
import { date, text } from './closeSql.ts';

const BOOKS_OF: Readonly<Record<RunKey['mode'], readonly Book[]>> = {
  THREE_WAY: BOOKS,
  TWO_WAY: ['PLATFORM', 'CHANNEL'],
};

/**
 * One row a key with `trivial`: 1 where no rule but "all equal" can apply. Each book of the mode holds the key with one
 * identity, everything has one amount, one channel and the run's date. (Repeats of a line are the same identity.)
 */
export function trivialKeysSql(run: RunKey, lines: string): string {
  const books = BOOKS_OF[run.mode].map((book) => {
    const here = `book = '${book}'`;
    return `countIf(${here}) > 0 AND minIf(identity, ${here}) = maxIf(identity, ${here})`;
  });
  return `SELECT order_no, key_part, ${books.join(' AND ')}
      AND min(amount_fen) = max(amount_fen)
      AND min(business_date) = ${date(run.businessDate)} AND max(business_date) = ${date(run.businessDate)}
      AND (max(channel) = '' OR minIf(channel, channel <> '') = max(channel)) AS trivial
    FROM ${lines} GROUP BY order_no, key_part`;
}

/** Writes the MATCHED rows of all keys whose order is not among `orders`: what judgeOrder gives for them, in SQL. */
export function matchedRowsSql(run: RunKey, lines: string, orders: string): string {
  const sides = BOOKS.map((book) => {
    const name = book.toLowerCase();
    if (!BOOKS_OF[run.mode].includes(book)) {
      return `NULL AS ${name}_fen, NULL AS ${name}_date, NULL AS ${name}_at, [] AS ${name}_identities`;
    }
    const here = `book = '${book}'`;
    return `min(l.amount_fen) AS ${name}_fen, min(l.business_date) AS ${name}_date,
      minIf(l.occurred_at, ${here}) AS ${name}_at,
      [concat(anyIf(l.identity, ${here}), '=', toString(min(l.amount_fen)))] AS ${name}_identities`;
  });
  const names = BOOKS.map((book) => book.toLowerCase());
  const sideColumns = names.map((name) => `${name}_fen, ${name}_date, ${name}_at, ${name}_identities`);
  return `INSERT INTO verdicts (mode, run_id, merchant_id, code, span, version, order_no, key_part, kind, refund_no,
      business_date, channel, business_type, ${sideColumns.join(', ')})
    SELECT ${text(run.mode)}, ${text(run.runId)}, ${text(run.merchantId)}, 'MATCHED', 0, 0, l.order_no, l.key_part,
      any(l.kind), any(l.refund_no), min(l.business_date), max(l.channel), ${businessType(BOOKS_OF[run.mode])},
      ${sides.join(',\n')}
    FROM ${lines} AS l WHERE l.order_no NOT IN (SELECT order_no FROM ${orders})
    GROUP BY l.order_no, l.key_part
    SETTINGS optimize_aggregation_in_order = 1`;
}

/** Of the first book by authority that names one, the smallest (see `businessTypeOf` of domain/verdict.ts). */
function businessType(books: readonly Book[]): string {
  const byAuthority: readonly Book[] = ['PLATFORM', 'CHANNEL', 'MERCHANT'];
  const types = byAuthority
    .filter((book) => books.includes(book))
    .map((book) => `nullIf(minIf(l.business_type, l.book = '${book}' AND l.business_type <> ''), '')`);
  return `coalesce(${types.join(', ')}, '')`;
}
