import { beijingTimeAt } from '../beijingTime.ts';
import { byteWords, displayText, type ByteText, type TextEncoding } from '../byteText.ts';
import { Cells, joinCells, splitCommas, trimCells } from '../cells.ts';
import { columnNamesOf } from '../columnNames.ts';
import { mapColumns, noColumns, type ColumnAliases, type ColumnMap } from '../columns.ts';
import { decimalAt, FEN_SCALE, type Exact } from '../decimal.ts';
import type { BillFacts, BillFormat, BillParser, FooterCheck, Opening, PartRole } from '../format.ts';
import { idFaultAt } from '../ids.ts';
import { ANY_ROW, refusal } from '../messages.ts';
import type { RowSink } from '../rowSink.ts';
import { truncated } from '../totals.ts';
import { AlipayFrame, alipayNamesOf, LIST_END, splitAlipay } from './alipayFrame.ts';
import { Flow } from './flowTotals.ts';

/** Alipay 账务明细 (bill_type=signcustomer); names without their unit. */
const COLUMNS = {
  flowNo: { names: ['账务流水号'], required: true },
  product: { names: ['商品名称'], required: false },
  time: { names: ['发生时间'], required: true },
  income: { names: ['收入金额'], required: true },
  expense: { names: ['支出金额'], required: true },
  type: { names: ['业务类型'], required: true },
} as const satisfies ColumnAliases<string>;
type Column = keyof typeof COLUMNS;

const SUMMARY_COLUMNS = {
  incomeCount: { names: ['收入笔数'], required: true },
  income: { names: ['收入金额'], required: true },
  expenseCount: { names: ['支出笔数'], required: true },
  expense: { names: ['支出金额'], required: true },
} as const satisfies ColumnAliases<string>;

const DETAIL_TITLE = '#支付宝账务明细查询';
const SUMMARY_TITLE = '#支付宝账务汇总查询';
const EXPENSE_TOTAL = /^#支出合计[：:]\s*(\d+)笔[，,]共(-?[\d.]+)元/;
const INCOME_TOTAL = /^#收入合计[：:]\s*(\d+)笔[，,]共(-?[\d.]+)元/;
const WORDS = byteWords({ feeTaken: '收费', feeReturned: '退费' });
const MILLI_FEN = 1000n;

const SUMMARY = { en: 'the 账务汇总 of Alipay', zh: '支付宝账务汇总' };

/** Every movement of the balance, fees too: read for totals and fees, never a book. The business bill is the one to reconcile. */
export const alipayAccount: BillFormat = {
  name: 'alipay-account',
  title: {
    en: 'the account bill of Alipay (bill_type=signcustomer)',
    zh: '支付宝账务账单（bill_type=signcustomer）',
  },
  version: 1,
  channel: 'ALIPAY',
  looksLike: DETAIL_TITLE,
  recognise: ({ text }) => {
    if (text.startsWith(DETAIL_TITLE)) return 'DETAIL';
    return text.startsWith(SUMMARY_TITLE) ? 'SUMMARY' : null;
  },
  layout: { kind: 'HEADER', aliases: COLUMNS, namesOf: alipayNamesOf, split: splitAlipay },
  open: (sink) => new AlipayAccountParser(sink),
};

type Stated = { readonly count: string; readonly sum: string };

/** Both directions of one detail part, or of all. */
class Flows {
  readonly income = new Flow('收入');
  readonly expense = new Flow('支出');
  statedIncome: Stated | null = null;
  statedExpense: Stated | null = null;
  unknownRows = 0;

  check(income: Stated | null, expense: Stated | null): void {
    if (income) this.income.check(income.count, income.sum, this.unknownRows);
    if (expense) this.expense.check(expense.count, expense.sum, this.unknownRows);
  }

  get isReadable(): boolean {
    return this.unknownRows === 0 && this.income.readable && this.expense.readable;
  }

  merge(other: Flows): void {
    this.income.merge(other.income);
    this.expense.merge(other.expense);
    this.unknownRows += other.unknownRows;
  }
}

class AlipayAccountParser implements BillParser {
  readonly #sink: RowSink;
  readonly #cells = new Cells();
  readonly #frame = new AlipayFrame();
  readonly #parts: Flows[] = [];
  #flows = new Flows();
  #role: PartRole = 'DETAIL';
  #columns: ColumnMap<Column> = noColumns(COLUMNS);
  #header: readonly string[] = [];
  #encoding: TextEncoding = 'utf-8';
  #summaryColumns = noColumns(SUMMARY_COLUMNS);
  #summary: { readonly income: Stated; readonly expense: Stated } | null = null;

  constructor(sink: RowSink) {
    this.#sink = sink;
    sink.namesFees = true;
  }

  beginPart({ encoding, partName }: Opening, role: PartRole): void {
    this.#role = role;
    this.#encoding = encoding;
    this.#frame.begin();
    if (role !== 'DETAIL') return;
    this.#flows = new Flows();
    this.#parts.push(this.#flows);
    if (this.#parts.length > 1) this.#sink.errors.partName = partName;
  }

  line(text: ByteText, start: number, end: number, lineNo: number): void {
    const isDetail = this.#role === 'DETAIL';
    switch (this.#frame.read(text, start, end, lineNo)) {
      case 'TOP':
        return;
      case 'HEADER': {
        const names = columnNamesOf(this.#frame.text);
        if (!isDetail) this.#summaryColumns = mapColumns(SUMMARY, SUMMARY_COLUMNS, names);
        else {
          this.#columns = mapColumns(alipayAccount.title, COLUMNS, names);
          this.#header = names;
        }
        return;
      }
      case 'ROW':
        if (isDetail) this.#row(text, start, end, lineNo);
        else this.#summaryRow(text, start, end);
        return;
      case 'FOOT':
        if (!isDetail) return;
        this.#flows.statedExpense ??= statedOf(EXPENSE_TOTAL.exec(this.#frame.text));
        this.#flows.statedIncome ??= statedOf(INCOME_TOTAL.exec(this.#frame.text));
    }
  }

  endPart(isCut: boolean): void {
    const missing = (what: string) => (isCut ? truncated(what) : refusal('noSummary', { missing: what }));
    if (this.#frame.state !== 'FOOT') throw truncated(`…${LIST_END}…`);
    if (this.#role !== 'DETAIL') {
      if (this.#summary === null) throw missing('合计');
      return;
    }
    if (this.#flows.statedExpense === null) throw missing('#支出合计');
    if (this.#flows.statedIncome === null) throw missing('#收入合计');
  }

  finish(): BillFacts {
    if (this.#parts.length === 0) throw refusal('noDetail', { missing: '账务明细' });
    const whole = new Flows();
    for (const part of this.#parts) {
      part.check(part.statedIncome, part.statedExpense);
      whole.merge(part);
    }
    if (this.#summary !== null) whole.check(this.#summary.income, this.#summary.expense);
    const footer: FooterCheck = whole.isReadable ? 'VERIFIED' : 'COUNTS_ONLY';
    const { date, merchantNo } = this.#frame;
    return { billType: 'SIGNCUSTOMER', statedDate: date, merchantNo, footer, accountOnly: true };
  }

  #summaryRow(text: ByteText, start: number, end: number): void {
    const cells = this.#cells;
    splitCommas(cells, text, start, end);
    trimCells(cells);
    if (displayText(cells.get(0)) !== '合计') return;
    const { incomeCount, income, expenseCount, expense } = this.#summaryColumns;
    this.#summary = {
      income: { count: cells.get(incomeCount), sum: cells.get(income) },
      expense: { count: cells.get(expenseCount), sum: cells.get(expense) },
    };
  }

  #row(text: ByteText, start: number, end: number, lineNo: number): void {
    const sink = this.#sink;
    const cells = this.#cells;
    sink.beginRow(text, start, end, lineNo);
    splitCommas(cells, text, start, end);
    const extra = cells.count - this.#header.length;
    if (extra > 0) this.#rejoinProduct(extra);
    if (cells.count !== this.#header.length) {
      this.#flows.unknownRows += 1;
      return sink.failColumnCount(cells.count, this.#header);
    }
    trimCells(cells);
    const income = this.#amountAt('income');
    const expense = this.#amountAt('expense');
    if (income === null || expense === null) {
      this.#flows.unknownRows += 1;
      const column = income === null ? 'income' : 'expense';
      return sink.failAmount(COLUMNS[column].names[0], cells.get(this.#columns[column]));
    }
    // A row moves the balance one way; one of 0.00 both ways is counted by neither total.
    if (income !== 0) this.#flows.income.add(income);
    if (expense !== 0) this.#flows.expense.add(expense);
    const fault = this.#fault();
    if (fault !== null) return fault();
    sink.otherRows += 1;
    this.#addFee(income, expense);
  }

  #amountAt(column: 'income' | 'expense'): Exact | null {
    const cells = this.#cells;
    const at = this.#columns[column];
    return decimalAt(cells.text, cells.start(at), cells.end(at), FEN_SCALE);
  }

  /** What is wrong with the row beside its amounts. */
  #fault(): (() => void) | null {
    const sink = this.#sink;
    const cells = this.#cells;
    const { flowNo, time } = this.#columns;
    const id = cells.get(flowNo);
    const idFault = idFaultAt(id, 0, id.length);
    if (idFault !== null) return () => sink.failId('账务流水号', id, idFault);
    const atMs = beijingTimeAt(cells.text, cells.start(time), cells.end(time));
    if (Number.isNaN(atMs)) return () => sink.fail('time', { column: '发生时间', value: cells.get(time) });
    const { period } = this.#frame;
    if (period !== null && (atMs < period.fromMs || atMs >= period.toMs))
      return () => sink.failOutside('发生时间', atMs, period);
    sink.identities.start(1);
    sink.identities.mix(id, 0, id.length);
    if (sink.identities.add()) return null;
    return () => sink.fail('duplicate', { kind: ANY_ROW, column: '账务流水号', value: id });
  }

  /** Whether 支出 is written with a sign is uncertain: its 业务类型 says which way the fee went. */
  #addFee(income: Exact, expense: Exact): void {
    const words = WORDS[this.#encoding];
    const moved = magnitude(income) + magnitude(expense);
    if (this.#cells.is(this.#columns.type, words.feeTaken)) this.#sink.fee.add(moved * MILLI_FEN);
    else if (this.#cells.is(this.#columns.type, words.feeReturned)) this.#sink.fee.add(-moved * MILLI_FEN);
  }

  /** A raw comma inside 商品名称 shows where it is when the time stands in place once the surplus cells are one. */
  #rejoinProduct(extra: number): void {
    const cells = this.#cells;
    const { product, time } = this.#columns;
    if (product < 0 || time < product) return;
    const column = time + extra;
    if (Number.isNaN(beijingTimeAt(cells.text, cells.start(column), cells.end(column)))) return;
    joinCells(cells, product, extra);
  }
}

function magnitude(value: Exact): bigint {
  return value < 0 ? -BigInt(value) : BigInt(value);
}

function statedOf(match: RegExpExecArray | null): Stated | null {
  return match ? { count: match[1] ?? '', sum: match[2] ?? '' } : null;
}
