import type { ExportList, ExportRequest } from '../../domain/exports.ts';
import { EXPORT_COLUMNS } from '../../domain/exports.ts';
import { BOOKS } from '../../domain/entry.ts';
import { VERDICT_CODES } from '../../domain/verdict.ts';
import { EXCEPTION_CODE_LIST, caseIdSql, text } from './closeSql.ts';
import { matchRateRowsSql } from './matchRates.ts';
import { CONFLICT_BIT } from './verdictRows.ts';

/** A list as a query, before it is filtered. */
export type ExportSource = {
  readonly from: string;
  readonly order: string;
  /** Each column's expression, by its key. */
  readonly columns: Readonly<Record<string, string>>;
};

/** The columns in the order of EXPORT_COLUMNS. */
export function selectOf(list: ExportList, { columns, from, order }: ExportSource, where: string): string {
  const expressions = EXPORT_COLUMNS[list].map(({ key }) => {
    const sql = columns[key];
    if (sql === undefined) throw new Error(`the column ${key} of ${list} has no expression`);
    return sql;
  });
  return `SELECT ${expressions.join(', ')} FROM ${from} AS v ${where} ORDER BY ${order}`;
}

/** @param conditions of the filter, for a list that counts before it is filtered */
export function sourceOf(request: ExportRequest, conditions: readonly string[]): ExportSource {
  switch (request.list) {
    case 'verdicts':
      return { from: verdictsOf(request), order: VERDICT_ORDER, columns: VERDICTS };
    case 'exceptions':
      return { from: exceptionsOf(request), order: VERDICT_ORDER, columns: EXCEPTIONS };
    case 'entries':
      return {
        from: 'v_entries',
        order: `${DAY}, v.order_no, v.key_part, v.book, v.source, v.identity`,
        columns: ENTRIES,
      };
    case 'reconciliations':
      return {
        from: 'v_reconciliations',
        order: `${DAY}, v.mode, v.token, v.run_id`,
        columns: RECONCILIATIONS,
      };
    case 'bills':
      return { from: 'v_bills', order: `${DAY}, v.book, v.channel, v.version`, columns: BILLS };
    case 'match-rates':
      return {
        from: `(${matchRateRowsSql(request.mode, conditions)})`,
        order: `${DAY}, v.mode`,
        columns: RATES,
      };
  }
}

const DAY = 'v.business_date, v.merchant_id';
const VERDICT_ORDER = `${DAY}, v.order_no, v.key_part, v.mode, v.span`;

/** Of a run, the rows as it wrote them: the view knows published runs only. */
function verdictsOf({ runId }: ExportRequest): string {
  return runId === undefined ? 'v_verdicts' : '(SELECT *, 0 AS provisional FROM verdicts FINAL)';
}

/** The exceptions of a run that a later one took the place of stand no more: they have no status. */
function exceptionsOf({ runId }: ExportRequest): string {
  if (runId === undefined) return 'v_exceptions';
  return `(
    SELECT r.*, r.code AS type, 0 AS provisional, ${caseIdSql('r.')} AS id, s.status AS status
    FROM verdicts AS r FINAL
    LEFT JOIN (SELECT merchant_id, mode, run_id, order_no, key_part, span, any(e.status) AS status FROM v_exceptions AS e
      WHERE run_id = {run:String} GROUP BY merchant_id, mode, run_id, order_no, key_part, span) AS s
      ON s.merchant_id = r.merchant_id AND s.mode = r.mode AND s.run_id = r.run_id AND s.order_no = r.order_no
        AND s.key_part = r.key_part AND s.span = r.span
    WHERE r.run_id = {run:String} AND r.code IN (${EXCEPTION_CODE_LIST}))`;
}

const DATED = { merchantId: 'v.merchant_id', businessDate: 'toString(v.business_date)' };

const CONFLICTS = `arrayStringConcat(arrayFilter(b -> b != '', [${BOOKS.map(
  (book) => `if(bitAnd(v.conflicts, ${CONFLICT_BIT[book]}) = 0, '', '${book}')`,
).join(', ')}]), ' ')`;

const COMMON = {
  ...DATED,
  mode: 'v.mode',
  kind: 'v.kind',
  channel: 'v.channel',
  orderNo: 'v.order_no',
  refundNo: 'v.refund_no',
  merchantFen: 'toString(v.merchant_fen)',
  platformFen: 'toString(v.platform_fen)',
  channelFen: 'toString(v.channel_fen)',
  surplusFen: 'toString(v.surplus_fen)',
  businessType: 'v.business_type',
  possiblyCrossDay: 'v.possibly_cross_day',
  amountConflict: 'v.amount_conflict',
  channelConflict: 'v.channel_conflict',
  ambiguousRefund: 'v.ambiguous_refund',
  conflictingBooks: CONFLICTS,
  possibleDuplicateOf: 'v.possible_duplicate_of',
  mergedReceipt: 'v.merged_receipt',
  mergedOrders: `arrayStringConcat(v.merged_orders, ' ')`,
  provisional: 'v.provisional',
  runId: 'v.run_id',
};

const VERDICTS = {
  ...COMMON,
  code: 'v.code',
  split: 'v.split',
  merchantAt: 'toString(v.merchant_at)',
  platformAt: 'toString(v.platform_at)',
  channelAt: 'toString(v.channel_at)',
};

const EXCEPTIONS = { ...COMMON, id: 'v.id', type: 'v.type', status: 'v.status' };

const ENTRIES = {
  ...DATED,
  book: 'v.book',
  kind: 'v.kind',
  channel: 'v.channel',
  orderNo: 'v.order_no',
  refundNo: 'v.refund_no',
  channelTxnNo: 'v.channel_txn_no',
  hisOrderNo: 'v.his_order_no',
  amountFen: 'toString(v.amount_fen)',
  occurredAt: 'toString(v.occurred_at)',
  businessType: 'v.business_type',
  source: 'v.source',
  counts: 'v.counts',
  late: 'v.late',
  billId: 'v.bill_id',
  line: `if(v.source = 'BILL', v.line, NULL)`,
};

const RECONCILIATIONS: ExportSource['columns'] = {
  ...DATED,
  mode: 'v.mode',
  outcome: 'v.outcome',
  reasons: `arrayStringConcat(v.reasons, ' ')`,
  published: 'v.published',
  operator: 'v.operator',
  startedAt: 'toString(v.started_at)',
  endedAt: 'toString(v.ended_at)',
  ...Object.fromEntries(
    BOOKS.flatMap((book) => {
      const name = book.toLowerCase();
      const here = `JSONHas(v.books, '${book}')`;
      return [
        [`${name}Payments`, `if(${here}, JSONExtractUInt(v.books, '${book}', 'payments'), NULL)`],
        [`${name}PaymentFen`, `if(${here}, JSONExtractString(v.books, '${book}', 'paymentFen'), NULL)`],
        [`${name}Refunds`, `if(${here}, JSONExtractUInt(v.books, '${book}', 'refunds'), NULL)`],
        [`${name}RefundFen`, `if(${here}, JSONExtractString(v.books, '${book}', 'refundFen'), NULL)`],
      ];
    }),
  ),
  ...Object.fromEntries(VERDICT_CODES.map((code) => [code, `v.verdicts[${text(code)}]`])),
  merkleRoot: 'v.merkle_root',
  runId: 'v.run_id',
};

const BILLS = {
  ...DATED,
  book: 'v.book',
  channel: 'v.channel',
  format: 'v.format',
  fileName: 'v.file_name',
  current: 'v.current',
  rows: 'v.rows',
  errorRows: 'v.error_rows',
  payments: 'v.payments',
  paymentFen: 'toString(v.payment_fen)',
  refunds: 'v.refunds',
  refundFen: 'toString(v.refund_fen)',
  importedAt: 'toString(v.imported_at)',
  billId: 'v.bill_id',
};

const RATES = {
  ...DATED,
  mode: 'v.mode',
  verdicts: 'v.verdicts',
  matched: 'v.matched',
  exceptions: 'v.exceptions',
  rate: 'if(v.verdicts = 0, NULL, v.matched / v.verdicts)',
};
