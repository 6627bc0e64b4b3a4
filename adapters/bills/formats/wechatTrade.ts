import type { Kind } from '../../../domain/entry.ts';
import { DuizhangError } from '../../../domain/errors.ts';
import { beijingTimeAt } from '../beijingTime.ts';
import { displayText, type ByteText } from '../byteText.ts';
import { Cells, splitBackticks } from '../cells.ts';
import { mapColumns, noColumns, type ColumnAliases, type ColumnMap } from '../columns.ts';
import { decimalAt, ExactSum, FEN_SCALE, MAX_DECIMALS, textOfExact, type Exact } from '../decimal.ts';
import type { BillFacts, BillFormat, BillParser, FooterCheck, Opening } from '../format.ts';
import { idFaultAt } from '../ids.ts';
import type { RowSink } from '../rowSink.ts';
import { checkTotal, truncated } from '../totals.ts';

/** Names of current and legacy headers (WeChat Pay documentation, 下载交易账单; legacy: before the coupon format). */
const COLUMNS = {
  time: { names: ['交易时间'], required: true },
  merchantNo: { names: ['商户号'], required: false },
  txnNo: { names: ['微信订单号'], required: true },
  orderNo: { names: ['商户订单号'], required: true },
  state: { names: ['交易状态'], required: true },
  refundNo: { names: ['商户退款单号'], required: false },
  refundAskedAt: { names: ['退款申请时间'], required: false },
  refundDoneAt: { names: ['退款成功时间'], required: false },
  rechargeFee: { names: ['返还手续费'], required: false },
  orderAmount: { names: ['订单金额', '总金额'], required: true },
  settled: { names: ['应结订单金额'], required: false },
  askedRefund: { names: ['申请退款金额'], required: false },
  refund: { names: ['退款金额'], required: false },
  couponRefund: {
    names: ['充值券退款金额', '企业红包退款金额', '代金券或立减优惠退款金额'],
    required: false,
  },
  fee: { names: ['手续费', '返还手续费'], required: false },
} as const satisfies ColumnAliases<string>;
type Column = keyof typeof COLUMNS;

/** The columns that the summary adds up, and what it calls their sums. */
const SUMS = {
  orderAmount: { scale: FEN_SCALE, names: ['订单总金额', '总交易额'] },
  settled: { scale: FEN_SCALE, names: ['应结订单总金额'] },
  askedRefund: { scale: FEN_SCALE, names: ['申请退款总金额'] },
  refund: { scale: FEN_SCALE, names: ['退款总金额', '总退款金额'] },
  couponRefund: {
    scale: FEN_SCALE,
    names: ['充值券退款总金额', '总企业红包退款金额', '总代金券或立减优惠退款金额'],
  },
  fee: { scale: MAX_DECIMALS, names: ['手续费总金额'] },
} as const satisfies Partial<Record<Column, { scale: number; names: readonly string[] }>>;
type SumName = keyof typeof SUMS;
/** Counts every detail row, refunds too. */
const ROW_COUNT = '总交易单数';

/** Stands in the refund number of payments. */
const NO_NUMBER = '0';

type BillType = 'ALL' | 'SUCCESS' | 'REFUND' | 'RECHARGE_REFUND';

export const wechatTrade: BillFormat = {
  name: 'wechat-trade',
  channel: 'WECHAT',
  looksLike: '交易时间,公众账号ID,商户号,…,微信订单号,商户订单号,… (WeChat Pay 交易账单)',
  recognise: ({ text }) => {
    const names = new Set(text.split(','));
    return names.has('微信订单号') && names.has('商户订单号') && names.has('交易状态') ? 'DETAIL' : null;
  },
  open: (sink) => new WechatTradeParser(sink),
};

class WechatTradeParser implements BillParser {
  readonly #sink: RowSink;
  readonly #cells = new Cells();
  #columns: ColumnMap<Column> = noColumns(COLUMNS);
  #columnCount = 0;
  #billType: BillType = 'ALL';
  #merchantNo: string | null = null;
  #state: 'HEADER' | 'ROWS' | 'SUMMARY' | 'END' = 'HEADER';
  #partRows = 0;
  #summaryHeader: readonly string[] = [];
  #sums = sumsOf(this.#columns);
  #sumList: readonly SumColumn[] = [];
  #footer: FooterCheck = 'VERIFIED';

  constructor(sink: RowSink) {
    this.#sink = sink;
  }

  beginPart(opening: Opening): void {
    const header = opening.text.split(',').map((name) => name.trim());
    this.#columns = mapColumns('a WeChat Pay trade bill', COLUMNS, header);
    this.#columnCount = header.length;
    this.#billType = billTypeOf(this.#columns);
    this.#sums = sumsOf(this.#columns);
    this.#sumList = Object.values(this.#sums);
    this.#partRows = 0;
    this.#state = 'HEADER';
  }

  line(text: ByteText, start: number, end: number, lineNo: number): void {
    switch (this.#state) {
      case 'HEADER':
        this.#state = 'ROWS';
        return;
      case 'ROWS':
        if (
          text[start] !== '`' &&
          displayText(text.slice(start, Math.min(end, start + 64))).startsWith(ROW_COUNT)
        ) {
          this.#summaryHeader = displayText(text.slice(start, end)).split(',');
          this.#state = 'SUMMARY';
        } else this.#row(text, start, end, lineNo);
        return;
      case 'SUMMARY':
        this.#checkSummary(text, start, end);
        this.#state = 'END';
        return;
      case 'END':
        throw new DuizhangError(
          'DZ_BILL_TRAILING_LINES',
          `line ${lineNo} stands behind the bill's summary; a bill ends there, fetch it again`,
        );
    }
  }

  endPart(): void {
    if (this.#state !== 'END') throw truncated(`its summary (${ROW_COUNT},…)`);
  }

  finish(): BillFacts {
    return {
      billType: this.#billType,
      statedDate: null,
      merchantNo: this.#merchantNo,
      footer: this.#footer,
    };
  }

  #row(text: ByteText, start: number, end: number, lineNo: number): void {
    const sink = this.#sink;
    const cells = this.#cells;
    this.#partRows += 1;
    sink.beginRow(text, start, end, lineNo);
    if (!splitBackticks(cells, text, start, end)) {
      for (const sum of this.#sumList) sum.readable = false;
      return sink.fail(
        'DZ_ROW_COLUMN_COUNT',
        'the row does not begin with a backtick as every row of this bill does',
      );
    }
    if (cells.count !== this.#columnCount) {
      for (const sum of this.#sumList) sum.readable = false;
      return sink.failColumnCount(cells.count, this.#columnCount);
    }
    const faulty = this.#addUp();
    if (faulty !== null) {
      const expected = faulty.maySink ? 'yuan with up to 5 decimals' : 'yuan such as 25.00, not negative';
      return sink.failAmount(faulty.name, cells.get(faulty.at), expected);
    }
    if (cells.is(this.#columns.state, 'SUCCESS')) this.#accept('PAYMENT', lineNo, null);
    else if (cells.is(this.#columns.state, 'REFUND'))
      this.#accept('REFUND', lineNo, cells.get(this.#columns.refundNo));
    else if (cells.is(this.#columns.state, 'REVOKED')) {
      // A payment-code order reversed after success. Its refund columns were not seen in a real file: the order number is its key.
      this.#accept('REFUND', lineNo, cells.get(this.#columns.orderNo));
    } else sink.failState('交易状态', cells.get(this.#columns.state), 'SUCCESS, REFUND or REVOKED');
  }

  /** Adds the row to the sums that the summary states, whether or not the row is good. @returns the first unreadable column */
  #addUp(): SumColumn | null {
    const cells = this.#cells;
    let faulty: SumColumn | null = null;
    for (let i = 0; i < this.#sumList.length; i += 1) {
      const sum = this.#sumList[i];
      if (!sum || sum.at < 0) continue;
      const value = decimalAt(cells.text, cells.start(sum.at), cells.end(sum.at), sum.scale);
      sum.value = value ?? 0;
      if (value === null) sum.readable = false;
      else sum.total.add(value);
      if ((value === null || (value < 0 && !sum.maySink)) && faulty === null) faulty = sum;
    }
    return faulty;
  }

  #accept(kind: Kind, lineNo: number, refundNo: ByteText | null): void {
    const sink = this.#sink;
    const cells = this.#cells;
    const columns = this.#columns;
    const { text } = cells;
    for (const column of KEY_COLUMNS) {
      const at = columns[column];
      const fault = idFaultAt(text, cells.start(at), cells.end(at));
      if (fault !== null) return sink.failId(COLUMNS[column].names[0], cells.get(at), fault);
    }
    if (refundNo !== null) {
      const fault = refundNo === NO_NUMBER ? 'EMPTY' : idFaultAt(refundNo, 0, refundNo.length);
      if (fault !== null) return sink.failId('商户退款单号', refundNo, fault);
    }
    const amount = kind === 'PAYMENT' ? this.#sums.orderAmount.value : this.#refundAmount();
    if (kind === 'REFUND' && amount === 0) {
      return sink.failAmount('申请退款金额', cells.get(columns.askedRefund), 'what was given back');
    }
    const time = this.#timeColumn(kind);
    const occurredAtMs = beijingTimeAt(text, cells.start(columns[time]), cells.end(columns[time]));
    if (Number.isNaN(occurredAtMs)) return sink.failTime(COLUMNS[time].names[0], cells.get(columns[time]));
    const seen = sink.identities;
    seen.start(kind === 'PAYMENT' ? 1 : 2);
    seen.mix(text, cells.start(columns.txnNo), cells.end(columns.txnNo));
    if (refundNo !== null) seen.mix(refundNo, 0, refundNo.length);
    if (!seen.add())
      return sink.failDuplicate(`this ${kind.toLowerCase()} of 微信订单号 ${cells.get(columns.txnNo)}`);
    this.#merchantNo ??= cells.get(columns.merchantNo) || null;
    sink.accept(
      {
        line: lineNo,
        kind,
        orderNo: cells.get(columns.orderNo),
        refundNo,
        channel: 'WECHAT',
        channelTxnNo: cells.get(columns.txnNo),
        hisOrderNo: null,
        amountFen: BigInt(amount),
        occurredAtMs,
        businessType: null,
      },
      amount,
    );
  }

  /** What was asked, which our refund compares with; legacy bills and revoked rows may have only 退款金额. */
  #refundAmount(): Exact {
    const asked = this.#sums.askedRefund;
    if (asked.at >= 0 && (asked.value !== 0 || !this.#cells.is(this.#columns.state, 'REVOKED')))
      return asked.value;
    return this.#sums.refund.value;
  }

  /** 交易时间 of a REFUND bill is the original payment's time: its own columns say when the refund was. */
  #timeColumn(kind: Kind): 'time' | 'refundAskedAt' | 'refundDoneAt' {
    if (kind === 'PAYMENT') return 'time';
    if (!this.#cells.isEmpty(this.#columns.refundAskedAt)) return 'refundAskedAt';
    return this.#cells.isEmpty(this.#columns.refundDoneAt) ? 'time' : 'refundDoneAt';
  }

  #checkSummary(text: ByteText, start: number, end: number): void {
    const cells = this.#cells;
    if (!splitBackticks(cells, text, start, end) || cells.count < this.#summaryHeader.length) {
      throw truncated('a whole summary line');
    }
    for (const [at, rawName] of this.#summaryHeader.entries()) {
      const name = rawName.trim();
      const stated = cells.get(at);
      if (name === ROW_COUNT) {
        checkTotal(name, stated, String(this.#partRows));
        continue;
      }
      const sum = this.#sumList.find((candidate) => candidate.names.includes(name));
      if (!sum) continue;
      const value = decimalAt(cells.text, cells.start(at), cells.end(at), sum.scale);
      // Bills of payments only may carry the refund sums of the full summary, as zeros.
      if (value === null) checkTotal(name, stated, textOfExact(sum.total.total, sum.scale));
      else if (!sum.readable) this.#footer = 'COUNTS_ONLY';
      else checkTotal(name, textOfExact(value, sum.scale), textOfExact(sum.total.total, sum.scale));
    }
  }
}

/** One column that the summary adds up. */
class SumColumn {
  readonly name: string;
  readonly at: number;
  readonly scale: number;
  readonly names: readonly string[];
  readonly total = new ExactSum();
  /** Fees are negative on refunds; no other amount is. */
  readonly maySink: boolean;
  readable = true;
  /** Of the row under reading. */
  value: Exact = 0;

  constructor(column: SumName, at: number) {
    this.name = COLUMNS[column].names[0];
    this.at = at;
    this.scale = SUMS[column].scale;
    this.names = SUMS[column].names;
    this.maySink = column === 'fee';
  }
}

const KEY_COLUMNS = ['orderNo', 'txnNo'] as const;
function sumsOf(columns: ColumnMap<Column>): Record<SumName, SumColumn> {
  const sum = (name: SumName) => new SumColumn(name, columns[name]);
  return {
    orderAmount: sum('orderAmount'),
    settled: sum('settled'),
    askedRefund: sum('askedRefund'),
    refund: sum('refund'),
    couponRefund: sum('couponRefund'),
    fee: sum('fee'),
  };
}

function billTypeOf(columns: ColumnMap<Column>): BillType {
  if (columns.rechargeFee >= 0) return 'RECHARGE_REFUND';
  if (columns.refundDoneAt >= 0) return 'REFUND';
  return columns.refundNo >= 0 ? 'ALL' : 'SUCCESS';
}
