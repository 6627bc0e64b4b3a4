import type { Words } from '../../domain/words.ts';
import type { RowErrorCode } from './rowErrorCode.ts';

/** What to do about a row that could not be taken. */
export const ROW_ADVICE: Readonly<Record<RowErrorCode, Words>> = {
  DZ_ROW_COLUMN_COUNT: {
    en: 'the row was cut or edited: fetch the bill again and import it as it came',
    zh: '该行被截断或改动过：请重新下载账单，原样导入',
  },
  DZ_ROW_AMOUNT: {
    en: 'compare the cell with the original file; when it is so there too, ask the channel for a corrected bill',
    zh: '请与原始文件核对该单元格；若原件如此，请联系渠道更正账单',
  },
  DZ_ROW_AMOUNT_THOUSANDS: {
    en: 'a spreadsheet has written the number: import the original file',
    zh: '数字由电子表格软件改写：请导入原始文件',
  },
  DZ_ROW_AMOUNT_NEGATIVE: {
    en: 'refunds are rows of their own with positive amounts: ask whoever made the file what the sign means',
    zh: '退款应为单独的行且金额为正：请向制单方核实负号的含义',
  },
  DZ_ROW_AMOUNT_TOO_LARGE: {
    en: 'no payment is that large: the columns are shifted, or the unit is wrong',
    zh: '不存在这么大的金额：可能是列错位或单位有误',
  },
  DZ_ROW_AMOUNT_ZERO: {
    en: "look the refund up at the channel's back office; what it gave back must be in a corrected bill",
    zh: '请在渠道商户后台查询该退款，并取得写明退款金额的更正账单',
  },
  DZ_ROW_REVOKED: {
    en: "look the order up at the channel's back office, and book what was given back",
    zh: '请在渠道商户后台查询该订单，并按实际退还金额登记',
  },
  DZ_ROW_CONTRADICTION: {
    en: 'two columns of the row exclude each other: fetch the bill again; when it stays, ask the channel',
    zh: '同一行的两列相互矛盾：请重新下载账单；仍如此请联系渠道',
  },
  DZ_ROW_EXCEL_NUMBER: {
    en: 'the digits are lost in this copy: import the original file, which no spreadsheet has saved',
    zh: '此副本已丢失数字位：请导入未经电子表格软件另存的原始文件',
  },
  DZ_ROW_TIME: {
    en: 'compare the cell with the original file; dates that a spreadsheet has rewritten are gone in this copy',
    zh: '请与原始文件核对时间；若日期被电子表格软件改写，请导入原始文件',
  },
  DZ_ROW_OUTSIDE_DAY: {
    en: "the row belongs into another day's bill: check the date that was asked for, and that day's bill",
    zh: '该行属于另一日的账单：请核对所选日期及该日账单',
  },
  DZ_ROW_STATE: {
    en: 'a state that is not known here: ask the channel what it means before anything is booked by it',
    zh: '未知状态：入账前请向渠道核实其含义',
  },
  DZ_ROW_DUPLICATE: {
    en: 'nothing to do: the first of the rows counts; when the money moved twice, ask the channel',
    zh: '无需处理：只计第一行；若资金确实发生两次，请联系渠道',
  },
  DZ_ROW_ID: {
    en: 'a number by which the row is matched is missing or damaged: import the original file, or ask its maker',
    zh: '用于匹配的编号缺失或损坏：请导入原始文件，或联系制单方',
  },
  DZ_ROW_CELL: {
    en: 'correct the formula in the workbook, or ask the system that wrote it for another export',
    zh: '请更正表格中的公式，或请出具方重新导出',
  },
  DZ_ROW_CHANNEL: {
    en: 'import the file without --channel, or the file of the right channel',
    zh: '请不指定渠道（命令行：不带 --channel）导入，或导入对应渠道的文件',
  },
  DZ_ROW_OTHER_MERCHANT: {
    en: 'the row is of another merchant number: check the file, and the numbers in the configuration',
    zh: '该行属于其他商户号：请核对文件及配置中的商户号',
  },
};

export function adviceOf(code: string): Words | null {
  return Object.entries(ROW_ADVICE).find(([known]) => known === code)?.[1] ?? null;
}
