import { jsonPieces } from '../../adapters/files/jsonPieces.ts';
import type { Cell, Sheet } from '../../adapters/files/sheet.ts';
import { count, id, money, text } from '../../adapters/files/sheet.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import {
  BOOK_LABELS,
  CHANNEL_LABELS,
  KIND_LABELS,
  MODE_LABELS as MODES,
  OUTCOME_LABELS,
  VERDICT_LABELS,
} from '../../domain/labels.ts';
import { yuanOfFen } from '../../domain/money.ts';
import type { Mode, VerdictCode } from '../../domain/verdict.ts';
import { BOOKS_OF_MODE, EXCEPTION_CODES } from '../../domain/verdict.ts';
import type { ReconciledFiles } from '../../pipeline/reconcile/books.ts';
import { missingBills } from '../../pipeline/reconcile/missingBills.ts';
import type { ReconcileException } from '../../pipeline/reconcile/tally.ts';
import { jsonOfResult } from '../../pipeline/reconcile/tally.ts';

/** Files know no stream: two books of them are the merchant's and the platform's. */
const MODE_LABELS: Readonly<Record<Mode, string>> = { ...MODES, REALTIME: '商户与芸泰对账' };

const SHOWN_EXCEPTIONS = 20;
const SHOWN_ERRORS = 20;

/** Rows that are not the hospital's are left out, and said so. */
export function foreignLine({ foreignRows }: ReconciledFiles): string {
  return foreignRows === 0 ? '' : `note: ${foreignRows} rows of others under the same number were left out\n`;
}

/** What `--json` and `--out x.json` give. */
export function jsonOfFiles(reconciled: ReconciledFiles): Iterable<string> {
  const { result, errors, errorCount, foreignRows } = reconciled;
  const missing = missingBills(reconciled);
  return jsonPieces({ ...jsonOfResult(result), errors, errorCount, foreignRows, missingBills: missing });
}

const EXCEPTION_COLUMNS: readonly {
  readonly header: string;
  readonly width: number;
  readonly cell: (exception: ReconcileException) => Cell;
}[] = [
  { header: '异常类型', width: 14, cell: (e) => text(VERDICT_LABELS[e.verdict]) },
  { header: '异常代码', width: 18, cell: (e) => text(e.verdict) },
  { header: '业务日期', width: 12, cell: (e) => text(e.businessDate) },
  { header: '类型', width: 8, cell: (e) => text(KIND_LABELS[e.kind]) },
  { header: '芸泰流水号', width: 26, cell: (e) => id(e.orderNo) },
  { header: '退款单号', width: 26, cell: (e) => id(e.refundNo) },
  { header: '渠道', width: 8, cell: (e) => text(e.channel && CHANNEL_LABELS[e.channel]) },
  { header: '商户金额(元)', width: 14, cell: (e) => money(e.merchantFen) },
  { header: '芸泰金额(元)', width: 14, cell: (e) => money(e.platformFen) },
  { header: '渠道金额(元)', width: 14, cell: (e) => money(e.channelFen) },
  { header: '疑似隔日', width: 10, cell: (e) => text(e.possiblyCrossDay ? '是' : null) },
  { header: '渠道不一', width: 10, cell: (e) => text(e.channelConflict ? '是' : null) },
  { header: '退款配对不明', width: 14, cell: (e) => text(e.ambiguousRefund ? '是' : null) },
  { header: '疑似重复于', width: 26, cell: (e) => id(e.possibleDuplicateOf) },
  { header: '疑似合并收据', width: 26, cell: (e) => id(e.mergedReceipt?.hisOrderNo ?? null) },
  { header: '合并的流水号', width: 40, cell: (e) => text(e.mergedReceipt?.orderNos.join(' ') ?? null) },
];

export function exceptionSheet({ result }: ReconciledFiles): Sheet {
  return {
    name: '异常明细',
    header: EXCEPTION_COLUMNS.map((column) => column.header),
    widths: EXCEPTION_COLUMNS.map((column) => column.width),
    rows: result.exceptions.map((exception) => EXCEPTION_COLUMNS.map((column) => column.cell(exception))),
  };
}

export function sheetsOf(reconciled: ReconciledFiles): Sheet[] {
  const errors: Sheet = {
    name: '账单错误行',
    header: ['文件', '行号', '错误代码', '说明'],
    widths: [30, 10, 22, 80],
    rows: reconciled.errors.map((e) => [text(e.file), count(e.line), text(e.code), text(e.message)]),
  };
  return [
    summarySheet(reconciled),
    exceptionSheet(reconciled),
    ...(reconciled.errors.length > 0 ? [errors] : []),
  ];
}

function summarySheet(reconciled: ReconciledFiles): Sheet {
  const { result, errorCount } = reconciled;
  const verdicts = Object.entries(result.verdicts) as [VerdictCode, number][];
  const none: Cell[] = [text(null), text(null), text(null), text(null)];
  return {
    name: '汇总',
    header: ['项目', '支付笔数', '支付金额(元)', '退款笔数', '退款金额(元)'],
    widths: [34, 12, 18, 12, 18],
    rows: [
      [text(`${MODE_LABELS[result.mode]} ${result.mode}`), ...none],
      [text(`结果: ${OUTCOME_LABELS[result.outcome]} ${result.outcome}`), ...none],
      ...BOOKS_OF_MODE[result.mode].map((book) => {
        const totals = result.books[book];
        return [
          text(`${BOOK_LABELS[book]} ${book}`),
          count(totals?.payments ?? 0),
          money(totals?.paymentFen ?? 0n),
          count(totals?.refunds ?? 0),
          money(totals?.refundFen ?? 0n),
        ];
      }),
      ...verdicts.map(([code, keys]) => [
        text(`${VERDICT_LABELS[code]} ${code} (笔)`),
        count(keys),
        ...none.slice(1),
      ]),
      ...missingBills(reconciled).map(({ channel, exceptions }) => [
        text(`缺少${CHANNEL_LABELS[channel]}账单, 因此异常 (笔)`),
        count(exceptions),
        ...none.slice(1),
      ]),
      ...(errorCount > 0 ? [[text('账单错误行 (行)'), count(errorCount), ...none.slice(1)]] : []),
    ],
  };
}

/** What a person sees in the terminal. */
export function textOfFiles({ result, errorCount }: ReconciledFiles): string {
  const heading = `${MODE_LABELS[result.mode]} ${result.mode}: ${OUTCOME_LABELS[result.outcome]} ${result.outcome}`;
  const books = table(
    ['账单', '', '支付笔数', '支付金额(元)', '退款笔数', '退款金额(元)'],
    BOOKS_OF_MODE[result.mode].map((book) => {
      const totals = result.books[book];
      return [
        BOOK_LABELS[book],
        book,
        String(totals?.payments ?? 0),
        yuanOfFen(totals?.paymentFen ?? 0n),
        String(totals?.refunds ?? 0),
        yuanOfFen(totals?.refundFen ?? 0n),
      ];
    }),
    2,
  );
  const verdicts = table(
    ['对账结果', '', '笔数', ''],
    (Object.entries(result.verdicts) as [VerdictCode, number][]).map(([code, keys]) => [
      VERDICT_LABELS[code],
      code,
      String(keys),
      EXCEPTION_CODES.has(code) ? '异常' : '',
    ]),
    2,
  );
  const parts = [heading, books, verdicts];
  if (result.exceptions.length > 0) parts.push(exceptionTable(result.exceptions));
  if (errorCount > 0) parts.push(`${errorCount} 行账单错误未参与对账 (rows left out, see above)`);
  return `${parts.join('\n\n')}\n`;
}

function exceptionTable(exceptions: readonly ReconcileException[]): string {
  const shown = exceptions.slice(0, SHOWN_EXCEPTIONS);
  const rows = table(
    [
      '异常',
      '',
      '日期',
      '类型',
      '芸泰流水号',
      '退款单号',
      '渠道',
      '商户(元)',
      '芸泰(元)',
      '渠道(元)',
      '提示',
    ],
    shown.map((e) => [
      VERDICT_LABELS[e.verdict],
      e.verdict,
      e.businessDate,
      KIND_LABELS[e.kind],
      e.orderNo,
      e.refundNo ?? '',
      e.channel === null ? '' : CHANNEL_LABELS[e.channel],
      yuanOrDash(e.merchantFen),
      yuanOrDash(e.platformFen),
      yuanOrDash(e.channelFen),
      hintOf(e),
    ]),
    7,
    3,
  );
  const rest = exceptions.length - shown.length;
  return rest > 0 ? `${rows}\n… 另有 ${rest} 笔异常, 用 --out 或 --json 查看 (${rest} more)` : rows;
}

/** Row errors for stderr, the first few of them. */
export function errorLines({ errors, errorCount }: ReconciledFiles): string {
  const shown = errors.slice(0, SHOWN_ERRORS).map((e) => `${e.file}:${e.line}: ${e.code}: ${e.message}\n`);
  const rest = errorCount - shown.length;
  return shown.join('') + (rest > 0 ? `… and ${rest} more row errors\n` : '');
}

/** A book without a line is nearly always a file that is missing or of another day. */
export function emptyBookLines({ result }: ReconciledFiles, date: BusinessDate | null): string {
  return BOOKS_OF_MODE[result.mode]
    .filter((book) => (result.books[book]?.payments ?? 0) + (result.books[book]?.refunds ?? 0) === 0)
    .map(
      (book) =>
        `warning: the ${book} book holds nothing${date === null ? '' : ` of ${date}`} (${BOOK_LABELS[book]}为空)\n`,
    )
    .join('');
}

/** Of a channel without a bill every order is an exception: that is to be known before anybody looks into them. */
export function missingBillLines(reconciled: ReconciledFiles): string {
  return missingBills(reconciled)
    .map(
      ({ channel, exceptions }) =>
        `warning: no bill of ${channel} was given: ${exceptions} of the exceptions come of that; add it behind --channel (缺少${CHANNEL_LABELS[channel]}账单)\n`,
    )
    .join('');
}

function hintOf(exception: ReconcileException): string {
  const hints = exception.possiblyCrossDay ? ['疑似隔日'] : [];
  if (exception.channelConflict) hints.push('渠道不一');
  if (exception.ambiguousRefund) hints.push('退款配对不明');
  if (exception.possibleDuplicateOf !== null) hints.push(`疑似重复于 ${exception.possibleDuplicateOf}`);
  if (exception.mergedReceipt !== null) {
    const { hisOrderNo, orderNos } = exception.mergedReceipt;
    hints.push(`疑似合并收据 ${hisOrderNo} (${orderNos.join(' ')})`);
  }
  return hints.join(' ');
}

function yuanOrDash(fen: bigint | null): string {
  return fen === null ? '–' : yuanOfFen(fen);
}

/** Columns from `firstNumber` on (as many as `numbers`) are aligned to the right. */
function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  firstNumber: number,
  numbers = Number.POSITIVE_INFINITY,
): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) =>
    Math.max(...lines.map((line) => displayWidth(line[column] ?? ''))),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => {
          const padding = ' '.repeat((widths[column] ?? 0) - displayWidth(cell));
          return column >= firstNumber && column < firstNumber + numbers ? padding + cell : cell + padding;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A Chinese character takes two columns of a terminal. */
function displayWidth(value: string): number {
  let width = 0;
  for (const character of value) width += /[\u2e80-\u9fff\uff00-\uff60]/.test(character) ? 2 : 1;
  return width;
}
