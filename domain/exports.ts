import type { BusinessDate } from './businessDate.ts';
import { BOOKS } from './entry.ts';
import {
  BOOK_LABELS,
  CHANNEL_LABELS,
  KIND_LABELS,
  MODE_LABELS,
  OUTCOME_LABELS,
  SOURCE_LABELS,
  STATUS_LABELS,
  VERDICT_LABELS,
} from './labels.ts';
import type { Scope } from './scope.ts';
import type { Mode } from './verdict.ts';
import { VERDICT_CODES } from './verdict.ts';

// Which lists of the ledger can be taken away as files, and their columns.

export const EXPORT_LISTS = [
  'exceptions',
  'verdicts',
  'entries',
  'reconciliations',
  'bills',
  'match-rates',
] as const;
export type ExportList = (typeof EXPORT_LISTS)[number];

export const EXPORT_FORMATS = ['csv', 'xlsx', 'jsonl'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const CONTENT_TYPES: Readonly<Record<ExportFormat | 'html', string>> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  jsonl: 'application/x-ndjson',
  html: 'text/html; charset=utf-8',
};

/** Dates are inclusive; a filter that is absent lets everything through. */
export type ExportRequest = {
  readonly list: ExportList;
  readonly format: ExportFormat;
  readonly merchantId?: string;
  readonly from?: BusinessDate;
  readonly to?: BusinessDate;
  /** Absent: final rows, and realtime ones of dates that are not closed. */
  readonly mode?: Mode;
  /** The rows of one run, published or not; of exceptions, verdicts and reconciliations. */
  readonly runId?: string;
};

export type ExportFile = {
  readonly fileName: string;
  readonly contentType: string;
  /** Fails rather than end early. */
  readonly bytes: AsyncIterable<string | Uint8Array>;
};

export interface LedgerExports {
  /**
   * Resolves when the first rows are there.
   * @throws DZ_EXPORT_RUN when the run is not there in the scope, or the list has none; DZ_SYSTEM_LEDGER_AWAY
   */
  open(scope: Scope, request: ExportRequest): Promise<ExportFile>;
}

export type ExportColumn = {
  /** In JSON lines. */
  readonly key: string;
  /** In sheets. */
  readonly label: string;
  /**
   * ID keeps its digits; FEN is yuan in sheets and a string of fen in JSON; CODE has its label in a column before it;
   * FLAG is 0 or 1; RATE a share of one; TIME Beijing time.
   */
  readonly kind: 'ID' | 'TEXT' | 'CODE' | 'FEN' | 'COUNT' | 'FLAG' | 'RATE' | 'DATE' | 'TIME';
  /** Of a CODE. */
  readonly labels?: Readonly<Record<string, string>>;
};

const id = (key: string, label: string): ExportColumn => ({ key, label, kind: 'ID' });
const text = (key: string, label: string): ExportColumn => ({ key, label, kind: 'TEXT' });
const fen = (key: string, label: string): ExportColumn => ({ key, label: `${label}(元)`, kind: 'FEN' });
const count = (key: string, label: string): ExportColumn => ({ key, label, kind: 'COUNT' });
const flag = (key: string, label: string): ExportColumn => ({ key, label, kind: 'FLAG' });
const time = (key: string, label: string): ExportColumn => ({ key, label, kind: 'TIME' });
const code = (key: string, label: string, labels: Readonly<Record<string, string>>): ExportColumn => ({
  key,
  label,
  kind: 'CODE',
  labels,
});

const MERCHANT = id('merchantId', '商户号');
const DATE: ExportColumn = { key: 'businessDate', label: '业务日期', kind: 'DATE' };
const MODE = code('mode', '对账模式', MODE_LABELS);
const KIND = code('kind', '收支', KIND_LABELS);
const CHANNEL = code('channel', '渠道', CHANNEL_LABELS);
const ORDER = id('orderNo', '芸泰流水号');
const REFUND = id('refundNo', '退款单号');
const SIDES = BOOKS.map((book) => fen(`${book.toLowerCase()}Fen`, BOOK_LABELS[book].replace('账单', '金额')));
const CROSS_DAY = flag('possiblyCrossDay', '疑似隔日');
const AMOUNT_CONFLICT = flag('amountConflict', '芸泰与渠道金额不一');
const CHANNEL_CONFLICT = flag('channelConflict', '渠道不一');
const AMBIGUOUS = flag('ambiguousRefund', '退款配对不明');
const CONFLICTS = text('conflictingBooks', '同一流水多金额的账单');
const SURPLUS = fen('surplusFen', '重复金额');
const SIMILAR = id('possibleDuplicateOf', '疑似重复于');
const MERGED = [id('mergedReceipt', '疑似合并收据'), text('mergedOrders', '合并的流水号')];
const PROVISIONAL = flag('provisional', '未日结');
const RUN = id('runId', '对账批次');
const BUSINESS_TYPE = text('businessType', '业务类型');

/** Columns of each list, in the order of the file. */
export const EXPORT_COLUMNS: Readonly<Record<ExportList, readonly ExportColumn[]>> = {
  exceptions: [
    MERCHANT, DATE, MODE, code('type', '异常类型', VERDICT_LABELS), code('status', '状态', STATUS_LABELS), KIND, CHANNEL,
    ORDER, REFUND, ...SIDES, SURPLUS, BUSINESS_TYPE, CROSS_DAY, AMOUNT_CONFLICT, CONFLICTS, CHANNEL_CONFLICT, AMBIGUOUS, SIMILAR, ...MERGED, PROVISIONAL,
    RUN, id('id', '异常编号'),
  ], // prettier-ignore
  verdicts: [
    MERCHANT, DATE, MODE, code('code', '对账结果', VERDICT_LABELS), KIND, CHANNEL, ORDER, REFUND, ...SIDES, SURPLUS,
    time('merchantAt', '商户时间'), time('platformAt', '芸泰时间'), time('channelAt', '渠道时间'), BUSINESS_TYPE,
    CROSS_DAY, AMOUNT_CONFLICT, CONFLICTS, CHANNEL_CONFLICT, flag('split', '拆单'), AMBIGUOUS, SIMILAR, ...MERGED, PROVISIONAL, RUN,
  ], // prettier-ignore
  entries: [
    MERCHANT, DATE, code('book', '账簿', BOOK_LABELS), KIND, CHANNEL, ORDER, REFUND, id('channelTxnNo', '渠道流水号'),
    id('hisOrderNo', 'HIS 单号'), fen('amountFen', '金额'), time('occurredAt', '发生时间'), BUSINESS_TYPE,
    code('source', '来源', SOURCE_LABELS), flag('counts', '计入账簿'), flag('late', '迟到'), id('billId', '账单 SHA-256'),
    count('line', '行号'),
  ], // prettier-ignore
  reconciliations: [
    MERCHANT, DATE, MODE, code('outcome', '结果', OUTCOME_LABELS), text('reasons', '失败原因'), flag('published', '当前'),
    text('operator', '操作人'), time('startedAt', '开始时间'), time('endedAt', '结束时间'),
    ...BOOKS.flatMap((book) => {
      const name = book.toLowerCase();
      const label = BOOK_LABELS[book].replace('账单', '');
      return [
        count(`${name}Payments`, `${label}支付笔数`), fen(`${name}PaymentFen`, `${label}支付金额`),
        count(`${name}Refunds`, `${label}退款笔数`), fen(`${name}RefundFen`, `${label}退款金额`),
      ];
    }),
    ...VERDICT_CODES.map((verdict) => count(verdict, VERDICT_LABELS[verdict])),
    id('merkleRoot', 'Merkle 根'), RUN,
  ], // prettier-ignore
  bills: [
    MERCHANT, DATE, code('book', '账簿', BOOK_LABELS), CHANNEL, text('format', '格式'), text('fileName', '文件名'),
    flag('current', '当前'), count('rows', '行数'), count('errorRows', '错误行数'), count('payments', '支付笔数'),
    fen('paymentFen', '支付金额'), count('refunds', '退款笔数'), fen('refundFen', '退款金额'),
    time('importedAt', '导入时间'), id('billId', '账单 SHA-256'),
  ], // prettier-ignore
  'match-rates': [
    MERCHANT, DATE, MODE, count('verdicts', '笔数'), count('matched', '一致'), count('exceptions', '异常'),
    { key: 'rate', label: '匹配率', kind: 'RATE' },
  ], // prettier-ignore
};

/** The code by which the summary of a list counts and adds up. */
export const SUMMARY_KEY: Readonly<Record<ExportList, string>> = {
  exceptions: 'type',
  verdicts: 'code',
  entries: 'book',
  reconciliations: 'outcome',
  bills: 'book',
  'match-rates': 'mode',
};

/** Lists whose rows a run has given. */
export const LISTS_OF_RUNS: ReadonlySet<ExportList> = new Set(['exceptions', 'verdicts', 'reconciliations']);
/** Lists whose rows have a mode. */
export const LISTS_WITH_MODE: ReadonlySet<ExportList> = new Set([...LISTS_OF_RUNS, 'match-rates']);
