import { beijingTimeAt } from '../beijingTime.ts';
import { byteWords, displayText, type ByteText, type TextEncoding } from '../byteText.ts';
import { Cells, splitBackticks } from '../cells.ts';
import { columnNamesOf } from '../columnNames.ts';
import { mapColumns, noColumns, type ColumnAliases, type ColumnMap } from '../columns.ts';
import { decimalAt, FEN_SCALE } from '../decimal.ts';
import type { BillFacts, BillFormat, BillParser, FooterCheck, Opening } from '../format.ts';
import { idFaultAt } from '../ids.ts';
import { ANY_ROW, refusal } from '../messages.ts';
import type { RowSink } from '../rowSink.ts';
import { checkTotal, truncated } from '../totals.ts';
import { Flow } from './flowTotals.ts';

/** WeChat Pay documentation, 下载资金账单; names without their unit. */
const COLUMNS = {
  time: { names: ['记账时间'], required: true },
  flowNo: { names: ['资金流水单号'], required: true },
  type: { names: ['业务类型'], required: true },
  direction: { names: ['收支类型'], required: true },
  amount: { names: ['收支金额'], required: true },
  balance: { names: ['账户结余'], required: false },
} as const satisfies ColumnAliases<string>;
type Column = keyof typeof COLUMNS;

const SUMMARY_COLUMNS = {
  rows: { names: ['资金流水总笔数'], required: true },
  incomeCount: { names: ['收入笔数'], required: true },
  income: { names: ['收入金额'], required: true },
  expenseCount: { names: ['支出笔数'], required: true },
  expense: { names: ['支出金额'], required: true },
} as const satisfies ColumnAliases<string>;
const ROW_COUNT = SUMMARY_COLUMNS.rows.names[0];

const WORDS = byteWords({
  income: '收入',
  expense: '支出',
  feeTaken: '扣除交易手续费',
  feeReturned: '退还交易手续费',
});
/** A fee of this bill is in fen; the report counts thousandths of it. */
const MILLI_FEN = 1000n;

const SUMMARY = { en: 'the summary of a fund bill', zh: '资金账单的汇总' };

/**
 * 资金账单: every movement of the merchant's balance. Its debit of a refund is the refund less the returned fee, so that its
 * rows are no lines of a book: they are read for totals and fees.
 */
export const wechatFund: BillFormat = {
  name: 'wechat-fund',
  title: { en: 'the fund bill of WeChat Pay', zh: '微信支付资金账单' },
  version: 1,
  channel: 'WECHAT',
  looksLike: '记账时间,微信支付业务单号,资金流水单号,…',
  recognise: ({ text }) => {
    const names = new Set(columnNamesOf(text));
    return names.has('资金流水单号') && names.has('收支类型') ? 'DETAIL' : null;
  },
  layout: { kind: 'HEADER', aliases: COLUMNS, namesOf: columnNamesOf, split: splitBackticks },
  open: (sink) => new WechatFundParser(sink),
};

class WechatFundParser implements BillParser {
  readonly #sink: RowSink;
  readonly #cells = new Cells();
  readonly #income = new Flow('收入');
  readonly #expense = new Flow('支出');
  #columns: ColumnMap<Column> = noColumns(COLUMNS);
  #summaryColumns = noColumns(SUMMARY_COLUMNS);
  #header: readonly string[] = [];
  #encoding: TextEncoding = 'utf-8';
  #state: 'HEADER' | 'ROWS' | 'SUMMARY' | 'END' = 'HEADER';
  /** Rows too broken to say which way the money went. */
  #unknownRows = 0;

  constructor(sink: RowSink) {
    this.#sink = sink;
    sink.namesFees = true;
  }

  beginPart({ text, encoding }: Opening): void {
    if (this.#state !== 'HEADER') throw refusal('trailingLines', { line: 1 });
    this.#header = columnNamesOf(text);
    this.#columns = mapColumns(wechatFund.title, COLUMNS, this.#header);
    this.#encoding = encoding;
  }

  line(text: ByteText, start: number, end: number, lineNo: number): void {
    switch (this.#state) {
      case 'HEADER':
        this.#state = 'ROWS';
        return;
      case 'ROWS': {
        const summary = text[start] === '`' ? '' : displayText(text.slice(start, end));
        if (summary.startsWith(ROW_COUNT)) {
          this.#summaryColumns = mapColumns(SUMMARY, SUMMARY_COLUMNS, columnNamesOf(summary));
          this.#state = 'SUMMARY';
        } else this.#row(text, start, end, lineNo);
        return;
      }
      case 'SUMMARY':
        this.#checkSummary(text, start, end);
        this.#state = 'END';
        return;
      case 'END':
        throw refusal('trailingLines', { line: lineNo });
    }
  }

  endPart(isCut: boolean): void {
    if (this.#state === 'END') return;
    const missing = `${ROW_COUNT},…`;
    throw this.#state === 'ROWS' && !isCut ? refusal('noSummary', { missing }) : truncated(missing);
  }

  finish(): BillFacts {
    const isWhole = this.#unknownRows === 0 && this.#income.readable && this.#expense.readable;
    const footer: FooterCheck = isWhole ? 'VERIFIED' : 'COUNTS_ONLY';
    return { billType: 'FUND', statedDate: null, merchantNo: null, footer, accountOnly: true };
  }

  #row(text: ByteText, start: number, end: number, lineNo: number): void {
    const sink = this.#sink;
    const cells = this.#cells;
    const columns = this.#columns;
    const words = WORDS[this.#encoding];
    sink.beginRow(text, start, end, lineNo);
    if (!splitBackticks(cells, text, start, end)) return this.#unknown(() => sink.fail('noBacktick', {}));
    if (cells.count !== this.#header.length) {
      return this.#unknown(() => sink.failColumnCount(cells.count, this.#header));
    }
    const value = decimalAt(text, cells.start(columns.amount), cells.end(columns.amount), FEN_SCALE);
    const isIncome = cells.is(columns.direction, words.income);
    if (!isIncome && !cells.is(columns.direction, words.expense)) {
      const shown = cells.get(columns.direction);
      return this.#unknown(() =>
        sink.fail('state', { column: '收支类型', value: shown, expected: '收入, 支出' }),
      );
    }
    (isIncome ? this.#income : this.#expense).add(value);
    if (value === null || value < 0) return sink.failAmount('收支金额', cells.get(columns.amount));
    const { flowNo, time } = columns;
    const fault = idFaultAt(text, cells.start(flowNo), cells.end(flowNo));
    if (fault !== null) return sink.failId('资金流水单号', cells.get(flowNo), fault);
    if (Number.isNaN(beijingTimeAt(text, cells.start(time), cells.end(time)))) {
      return sink.fail('time', { column: '记账时间', value: cells.get(time) });
    }
    sink.identities.start(isIncome ? 1 : 2);
    sink.identities.mix(text, cells.start(flowNo), cells.end(flowNo));
    if (!sink.identities.add()) {
      return sink.fail('duplicate', { kind: ANY_ROW, column: '资金流水单号', value: cells.get(flowNo) });
    }
    sink.otherRows += 1;
    const fee = BigInt(value) * MILLI_FEN;
    if (cells.is(columns.type, words.feeTaken)) sink.fee.add(fee);
    else if (cells.is(columns.type, words.feeReturned)) sink.fee.add(-fee);
  }

  #unknown(fail: () => void): void {
    this.#unknownRows += 1;
    fail();
  }

  #checkSummary(text: ByteText, start: number, end: number): void {
    const cells = this.#cells;
    const stated = this.#summaryColumns;
    if (!splitBackticks(cells, text, start, end) || cells.count <= Math.max(...Object.values(stated))) {
      throw truncated(`${ROW_COUNT},…`);
    }
    checkTotal(ROW_COUNT, cells.get(stated.rows), String(this.#sink.rows));
    this.#income.check(cells.get(stated.incomeCount), cells.get(stated.income), this.#unknownRows);
    this.#expense.check(cells.get(stated.expenseCount), cells.get(stated.expense), this.#unknownRows);
  }
}
