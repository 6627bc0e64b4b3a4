import type { BusinessDate } from '../../domain/businessDate.ts';
import type { Channel } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { BOOK_LABELS, CHANNEL_LABELS } from '../../domain/labels.ts';
import type { BillReport } from '../../domain/ports.ts';
import { channelOfFormat } from '../channelOfFormat.ts';
import type { BillWish } from './readKeptBill.ts';

/**
 * Whether a bill that was read is the one it was said to be and may stand as a day's book.
 * @returns its day @throws DZ_BILL_…
 */
export function checkBill(wish: BillWish, said: BillReport, channel: Channel | null): BusinessDate {
  checkBook(wish, said);
  checkReadable(wish, said);
  checkWhole(wish, said);
  const date = checkedDate(wish, said);
  checkMerchantNo(wish, said, channel);
  return date;
}

/** A channel's bill as another book would make the day agree with itself. */
function checkBook({ fileName, book }: BillWish, { format }: BillReport): void {
  const channel = channelOfFormat(format);
  if (channel === null || book === 'CHANNEL') return;
  throw new DuizhangError(
    'DZ_BILL_WRONG_BOOK',
    `${fileName} is a bill of ${channel} (${format}), not a ${book} book; import it as --book channel`,
    {
      messageZh: `${fileName}是${CHANNEL_LABELS[channel]}的渠道账单，不是${BOOK_LABELS[book]}，请改选“渠道账单”（命令行：--book channel）`,
    },
  );
}

const ALL_BILL = { en: 'import the ALL bill of the day', zh: '请导入当日的 ALL 账单' };
const BOTH_FILES = {
  en: 'name both files in one import (a file that some days lack: mayBeMissing in duizhang.config.yaml)',
  zh: '请一次导入两个文件（若有的日期没有该文件，请平台管理员在配置文件中设 mayBeMissing）',
};
const REFUNDS = { en: 'the refunds', zh: '退款' };
const PAYMENTS = { en: 'the payments', zh: '支付' };

/** Bill types that leave out a part: of WeChat Pay (bill_type of 申请交易账单), and of a book of several files. */
const LACKING: Readonly<
  Record<string, { readonly what: typeof REFUNDS; readonly todo: typeof ALL_BILL } | undefined>
> = {
  SUCCESS: { what: REFUNDS, todo: ALL_BILL },
  REFUND: { what: PAYMENTS, todo: ALL_BILL },
  RECHARGE_REFUND: { what: PAYMENTS, todo: ALL_BILL },
  PAYMENTS_ONLY: { what: REFUNDS, todo: BOTH_FILES },
  REFUNDS_ONLY: { what: PAYMENTS, todo: BOTH_FILES },
};

/** Half a bill would stand as the whole day, and everything of the other half as one-sided. */
function checkWhole({ fileName }: BillWish, { billType }: BillReport): void {
  const lacks = LACKING[billType];
  if (lacks === undefined) return;
  const { what, todo } = lacks;
  throw new DuizhangError('DZ_BILL_HALF_BOOK', `${fileName} (${billType}) lacks ${what.en}; ${todo.en}`, {
    messageZh: `${fileName}（${billType}）不含${what.zh}，${todo.zh}`,
  });
}

/** A bill without one good row would stand as an empty day and push the events aside. */
function checkReadable(wish: BillWish, said: BillReport): void {
  if (said.accountOnly) {
    throw new DuizhangError(
      'DZ_BILL_NO_BOOK',
      `${wish.fileName} is an account bill (${said.format}), whose rows are movements of the balance; import the trade bill`,
      {
        messageZh: `${wish.fileName}是账务/资金账单，其明细为资金流水，请导入交易（业务）账单`,
      },
    );
  }
  const [first] = said.errors;
  if (!first || said.errorCount < said.rows) return;
  throw new DuizhangError(
    'DZ_BILL_NO_GOOD_ROW',
    `${wish.fileName}: none of its ${said.rows} rows could be read, the first for this reason: line ${first.line}, ${first.message}`,
    {
      messageZh: `${wish.fileName}：${said.rows} 行均无法识别，第一处为第 ${first.line} 行：${first.messageZh ?? first.message}`,
      details: { line: first.line, rowCode: first.code },
    },
  );
}

function checkedDate(wish: BillWish, said: BillReport): BusinessDate {
  if (said.billDate !== null && wish.date !== null && said.billDate !== wish.date) {
    throw new DuizhangError(
      'DZ_BILL_OTHER_DATE',
      `${wish.fileName} is the bill of ${said.billDate}, not of ${wish.date}; give the right file or the right --date`,
      {
        messageZh: `${wish.fileName}是 ${said.billDate} 的账单，不是 ${wish.date} 的，请提供正确的文件或日期`,
      },
    );
  }
  const date = wish.date ?? said.billDate;
  if (date === null) {
    throw new DuizhangError(
      'DZ_BILL_DATE_UNKNOWN',
      `${wish.fileName} does not say which day it is of; add --date YYYY-MM-DD`,
      { messageZh: `${wish.fileName}没有写明是哪一天的账单，请指定账单日期` },
    );
  }
  return date;
}

function checkMerchantNo(wish: BillWish, said: BillReport, channel: Channel | null): void {
  if (said.merchantNo === null || channel === null) return;
  const own = wish.merchant.channels.find((c) => c.channel === channel);
  if (own?.merchantNo === said.merchantNo) return;
  const { merchantId } = wish.merchant;
  const ownZh = own ? `为 ${own.merchantNo}` : '没有配置';
  throw new DuizhangError(
    'DZ_BILL_OTHER_MERCHANT',
    `${wish.fileName} is the bill of ${channel} merchant ${said.merchantNo}, but ${merchantId} ${
      own ? `is ${own.merchantNo} there` : 'has no number there'
    }; give the right --merchant or correct duizhang.config.yaml`,
    {
      messageZh: `${wish.fileName}是${CHANNEL_LABELS[channel]}商户号 ${said.merchantNo} 的账单，而 ${merchantId} 的商户号${ownZh}，请选择正确的医院，或请平台管理员更正配置`,
    },
  );
}
