import { closeSync, openSync, writeSync } from 'node:fs';
import iconv from 'iconv-lite';
import { ALIPAY_HEADER, WECHAT_ALL_HEADER, zmLine } from '../../adapters/bills/testBills.ts';
import {
  ACCOUNT_HEADER,
  FUND_HEADER,
  FUND_SUMMARY_HEADER,
  SUMMARY_7,
} from '../../adapters/bills/testChannelBills.ts';

/** Bills of one day with as many rows as asked, each of another order and amount; one in 30 is a refund. */

const DASHES = '-'.repeat(40);
const WRITE_CHARS = 1 << 20;

type Writer = (text: string) => void;

export type BenchBill = {
  readonly name: string;
  /** Writes the bill; texts are encoded as the channel does. */
  readonly encoding: 'utf-8' | 'gb18030' | 'latin1';
  write(rows: number, put: Writer): void;
};

function isRefund(at: number): boolean {
  return at % 30 === 29;
}

function fenOf(at: number): number {
  return 100 + ((at * 7919) % 99_900);
}

function yuan(fen: number): string {
  return (fen / 100).toFixed(2);
}

function feeOf(fen: number): number {
  return Math.round(fen * 0.006);
}

function clockOf(at: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const second = (at * 13) % 86_400;
  return `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
}

function digits(at: number, length: number): string {
  return String(at).padStart(length, '0');
}

const wechatAll: BenchBill = {
  name: 'wechat-trade',
  encoding: 'utf-8',
  write(rows, put) {
    put(`\ufeff${WECHAT_ALL_HEADER}\r\n`);
    let paid = 0;
    let refunded = 0;
    let fees = 0;
    for (let at = 0; at < rows; at += 1) {
      const fen = fenOf(at);
      const back = isRefund(at);
      const fee = back ? -feeOf(fen) : feeOf(fen);
      fees += fee;
      if (back) refunded += fen;
      else paid += fen;
      const [pay, refund] = back ? ['0.00', yuan(fen)] : [yuan(fen), '0.00'];
      const txn = `4200009900202603${digits(at, 12)}`;
      const numbers = back ? `\`5030000990202603${digits(at, 12)},\`RF2026${digits(at, 10)}` : '`0,`0';
      put(
        `\`2026-03-05 ${clockOf(at)},\`wx00000000000000aa,\`1900000001,\`0,\`,\`${txn},\`HP20260305${digits(at, 8)},\`oSYNTHETIC${digits(at, 18)},\`JSAPI,\`${back ? 'REFUND' : 'SUCCESS'},\`OTHERS,\`CNY,\`${pay},\`0.00,${numbers},\`${refund},\`0.00,\`${back ? 'ORIGINAL' : ''},\`${back ? 'SUCCESS' : ''},\`门诊缴费,\`{\\"biz\\":\\"MZ\\"},\`${yuan(fee)}000,\`0.60%,\`${pay},\`${refund},\`\r\n`,
      );
    }
    put(
      `${SUMMARY_7}\r\n\`${rows},\`${yuan(paid)},\`${yuan(refunded)},\`0.00,\`${yuan(fees)}000,\`${yuan(paid)},\`${yuan(refunded)}\r\n`,
    );
  },
};

const wechatFund: BenchBill = {
  name: 'wechat-fund',
  encoding: 'utf-8',
  write(rows, put) {
    put(`\ufeff${FUND_HEADER}\r\n`);
    let [income, expense, incomes] = [0, 0, 0];
    for (let at = 0; at < rows; at += 1) {
      const fen = fenOf(at);
      const isIncome = at % 2 === 0;
      if (isIncome) {
        incomes += 1;
        income += fen;
      } else expense += fen;
      const type = isIncome ? '交易' : '扣除交易手续费';
      put(
        `\`2026-03-05 ${clockOf(at)},\`4200009900202603${digits(at, 12)},\`1900000001${digits(at, 20)},\`交易,\`${type},\`${isIncome ? '收入' : '支出'},\`${yuan(fen)},\`1025.00,\`system,\`,\`HP20260305${digits(at, 8)}\r\n`,
      );
    }
    put(
      `${FUND_SUMMARY_HEADER}\r\n\`${rows},\`${incomes},\`${yuan(income)},\`${rows - incomes},\`${yuan(expense)}\r\n`,
    );
  },
};

function alipayTop(put: Writer, kind: string, header: string): void {
  put(`#支付宝${kind}查询\r\n#账号：[20880000000000010156]\r\n`);
  put('#起始日期：[2026年03月05日 00:00:00]   终止日期：[2026年03月06日 00:00:00]\r\n');
  put(`#${DASHES}${kind}列表${DASHES}\r\n${header}\r\n`);
}

const alipayBusiness: BenchBill = {
  name: 'alipay-business',
  encoding: 'gb18030',
  write(rows, put) {
    alipayTop(put, '业务明细', ALIPAY_HEADER);
    let [paid, refunded, refunds] = [0, 0, 0];
    for (let at = 0; at < rows; at += 1) {
      const fen = fenOf(at);
      const back = isRefund(at);
      if (back) {
        refunds += 1;
        refunded += fen;
      } else paid += fen;
      const amount = yuan(back ? -fen : fen);
      const clock = clockOf(at);
      put(
        `20260305220014${digits(at, 14)}\t,HP20260305${digits(at, 8)}\t,${back ? '退款' : '交易'}\t,门诊缴费,2026-03-05 ${clock},2026-03-05 ${clock},\t,\t,\t,\t,*三(138****0001)\t,${amount},${amount},0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,${back ? `RF2026${digits(at, 10)}` : ''}\t,${yuan(back ? feeOf(fen) : -feeOf(fen))},0.00,\r\n`,
      );
    }
    put(`#${DASHES}业务明细列表结束${DASHES}\r\n`);
    put(`#交易合计：${rows - refunds}笔，商家实收共${yuan(paid)}元，商家优惠共0.00元\r\n`);
    put(`#退款合计：${refunds}笔，商家实收退款共-${yuan(refunded)}元，商家优惠退款共0.00元\r\n`);
  },
};

const alipayAccount: BenchBill = {
  name: 'alipay-account',
  encoding: 'gb18030',
  write(rows, put) {
    alipayTop(put, '账务明细', ACCOUNT_HEADER);
    let [income, expense, incomes] = [0, 0, 0];
    for (let at = 0; at < rows; at += 1) {
      const fen = fenOf(at);
      const isIncome = at % 2 === 0;
      if (isIncome) {
        incomes += 1;
        income += fen;
      } else expense += fen;
      const moved = isIncome ? `${yuan(fen)},0.00` : `0.00,-${yuan(fen)}`;
      put(
        `20260305000100${digits(at, 14)}\t,20260305220014${digits(at, 14)}\t,HP20260305${digits(at, 8)}\t,门诊缴费\t,2026-03-05 ${clockOf(at)},*三(138****0001)\t,${moved},1018.00,支付宝,${isIncome ? '在线支付' : '收费'},\r\n`,
      );
    }
    put(`#${DASHES}账务明细列表结束${DASHES}\r\n#支出合计：${rows - incomes}笔，共-${yuan(expense)}元\r\n`);
    put(`#收入合计：${incomes}笔，共${yuan(income)}元\r\n`);
  },
};

const unionpayZm: BenchBill = {
  name: 'unionpay-zm',
  encoding: 'latin1',
  write(rows, put) {
    const template = zmLine({}).toString('latin1');
    for (let at = 0; at < rows; at += 1) {
      const fen = fenOf(at);
      const fields: readonly [number, string][] = [
        [35, `0305${clockOf(at).replaceAll(':', '')}`],
        [66, digits(fen, 12)],
        [87, `20260305${digits(at, 13)}`],
        [112, `HP20260305${digits(at, 8)}`],
        [166, `D${digits(feeOf(fen), 12)}`],
        [180, `C${digits(fen - feeOf(fen), 12)}`],
      ];
      let line = '';
      for (const [start, text] of fields)
        line = line.padEnd(start, template.slice(line.length, start)) + text;
      put(`${line}${template.slice(line.length)}\r\n`);
    }
  },
};

const plainCsv: BenchBill = {
  name: 'plain-csv',
  encoding: 'utf-8',
  write(rows, put) {
    put('order_no,channel_txn_no,refund_no,kind,amount,occurred_at,channel,business_type,his_order_no\n');
    for (let at = 0; at < rows; at += 1) {
      const back = isRefund(at);
      put(
        `HP20260305${digits(at, 8)},4200009900202603${digits(at, 12)},${back ? `RF2026${digits(at, 10)}` : ''},${back ? 'REFUND' : 'PAYMENT'},${yuan(fenOf(at))},2026-03-05 ${clockOf(at)},WECHAT,OUTPATIENT_FEE,R${digits(at, 9)}\n`,
      );
    }
  },
};

export const BENCH_BILLS: readonly BenchBill[] = [
  wechatAll,
  wechatFund,
  alipayBusiness,
  alipayAccount,
  unionpayZm,
  plainCsv,
];

export function writeBill(path: string, bill: BenchBill, rows: number): void {
  const file = openSync(path, 'w');
  let text = '';
  const flush = () => {
    const bytes =
      bill.encoding === 'gb18030'
        ? iconv.encode(text, 'gb18030')
        : Buffer.from(text, bill.encoding === 'latin1' ? 'latin1' : 'utf8');
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
    text = '';
  };
  bill.write(rows, (piece) => {
    text += piece;
    if (text.length >= WRITE_CHARS) flush();
  });
  flush();
  closeSync(file);
}
