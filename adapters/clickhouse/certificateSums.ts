import type { ClickHouseClient } from '@clickhouse/client';
import type { BilledSum, BookScope, RunKey, VerdictSum } from '../../domain/closePorts.ts';
import type { Book, Channel, Kind } from '../../domain/entry.ts';
import { BOOKS } from '../../domain/entry.ts';
import type { VerdictCode } from '../../domain/verdict.ts';
import { rowsOfRun } from './closeLeaf.ts';
import { date, rowsOf, text, tuples } from './closeSql.ts';

type SumRow = {
  readonly code: VerdictCode;
  readonly kind: Kind;
  readonly channel: Channel | '';
  readonly rows: string;
} & Readonly<Record<Book, readonly [string, string, string]>>;

/** The rows of a run, added up by verdict, kind and channel: by book how many sides, their fen, and those on the date. */
export async function verdictSums(client: ClickHouseClient, run: RunKey): Promise<readonly VerdictSum[]> {
  const columns = BOOKS.map((book) => {
    const name = book.toLowerCase();
    const fen = `toInt128(ifNull(${name}_fen, 0))`;
    return `[toString(count(${name}_fen)), toString(sum(${fen})),
      toString(sumIf(${fen}, ${name}_date = ${date(run.businessDate)}))] AS ${book}`;
  });
  const rows = await rowsOf<SumRow>(
    client,
    `SELECT code, kind, channel, toString(count()) AS rows, ${columns.join(', ')} FROM verdicts
     WHERE ${rowsOfRun(run)} GROUP BY code, kind, channel ORDER BY code, kind, channel`,
  );
  return rows.map((row) => ({
    code: row.code,
    kind: row.kind,
    channel: row.channel || null,
    rows: Number(row.rows),
    sides: {
      MERCHANT: sideOf(row.MERCHANT),
      PLATFORM: sideOf(row.PLATFORM),
      CHANNEL: sideOf(row.CHANNEL),
    },
  }));
}

function sideOf([count, fen, onDateFen]: readonly [string, string, string]): VerdictSum['sides'][Book] {
  return { count: Number(count), fen: BigInt(fen), onDateFen: BigInt(onDateFen) };
}

/** Lines of a date in the given bills: of an identity that stands there with several amounts, the earliest counts. */
export async function billedSums(
  client: ClickHouseClient,
  at: Pick<RunKey, 'merchantId' | 'businessDate'>,
  bills: BookScope['bills'],
): Promise<readonly BilledSum[]> {
  if (bills.length === 0) return [];
  const places = bills.map((bill) => [text(bill.billId), text(bill.book), text(bill.channel ?? '')]);
  const rows = await rowsOf<{ book: Book; channel: Channel | ''; kind: Kind; total: string }>(
    client,
    `SELECT book, channel, kind, toString(sum(toInt128(fen))) AS total FROM (
       SELECT book, channel, any(e.kind) AS kind, argMin(amount_fen, (occurred_at, amount_fen)) AS fen
       FROM entries AS e
       WHERE merchant_id = ${text(at.merchantId)} AND business_date = ${date(at.businessDate)} AND source = 'BILL'
         AND (bill_id, book, channel) IN ${tuples(places, 3)}
       GROUP BY order_no, key_part, book, channel, identity)
     GROUP BY book, channel, kind ORDER BY book, channel, kind`,
  );
  return rows.map((row) => ({
    book: row.book,
    channel: row.channel || null,
    kind: row.kind,
    fen: BigInt(row.total),
  }));
}
