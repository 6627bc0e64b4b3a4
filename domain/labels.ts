import type { AlertKind, AlertSeverity } from './alert.ts';
import type { CaseStatus } from './apiPorts.ts';
import type { Book, Channel, Kind, Source } from './entry.ts';
import type { ExportList } from './exports.ts';
import type { Outcome } from './ports.ts';
import type { Role } from './principal.ts';
import type { DEFAULT_SUPPLEMENT_METHODS } from './resolutionPorts.ts';
import type { Mode, VerdictCode } from './verdict.ts';

// What codes are called where people read them: exports, statements, reports. Everywhere else the codes stand.

export const MODE_LABELS: Readonly<Record<Mode, string>> = {
  REALTIME: '实时对账',
  THREE_WAY: '三方对账',
  TWO_WAY: '两方对账',
};

export const BOOK_LABELS: Readonly<Record<Book, string>> = {
  MERCHANT: '商户账单',
  PLATFORM: '芸泰账单',
  CHANNEL: '渠道账单',
};

export const KIND_LABELS: Readonly<Record<Kind, string>> = { PAYMENT: '支付', REFUND: '退款' };

export const CHANNEL_LABELS: Readonly<Record<Channel, string>> = {
  WECHAT: '微信',
  ALIPAY: '支付宝',
  UNIONPAY: '银联',
};

export const VERDICT_LABELS: Readonly<Record<VerdictCode, string>> = {
  MATCHED: '一致',
  AMOUNT_MISMATCH: '金额不匹配',
  MERCHANT_ONLY: '商户单边',
  PLATFORM_ONLY: '芸泰单边',
  CHANNEL_ONLY: '渠道单边',
  PLATFORM_MISSING: '芸泰漏单',
  DUPLICATE: '重复支付',
  OFFSET: '冲抵',
  CROSS_DAY: '隔日',
};

export const OUTCOME_LABELS: Readonly<Record<Outcome, string>> = {
  BALANCED: '正常',
  UNBALANCED: '异常',
  FAILED: '失败',
};

export const STATUS_LABELS: Readonly<Record<CaseStatus, string>> = {
  OPEN: '待处理',
  IN_PROGRESS: '处理中',
  PENDING_APPROVAL: '待审批',
  RESOLVED: '已处理',
  HEALED: '已对平',
};

export const SOURCE_LABELS: Readonly<Record<Source, string>> = {
  EVENT: '事件',
  BILL: '账单',
  ACTION: '处理',
};

/** Methods of a supplement that the configuration names when it says nothing; others are called by their own name. */
export const METHOD_LABELS: Readonly<Record<(typeof DEFAULT_SUPPLEMENT_METHODS)[number], string>> = {
  CASH: '现金',
  TRANSFER: '转账',
  NEXT_PAYMENT: '下次缴费抵扣',
  REPOST_TO_HIS: 'HIS 补录',
};

/** Who tells what stands in a book, while the day is open. */
export const FEED_LABELS: Readonly<Record<Book, string>> = {
  MERCHANT: 'HIS',
  PLATFORM: '芸泰',
  CHANNEL: '渠道',
};

export const ALERT_KIND_LABELS: Readonly<Record<AlertKind, string>> = {
  FEED_SILENT: '数据中断',
  CHANNEL_ONE_SIDED: '渠道单边',
  AMOUNT_WRONG: '金额不一致',
  CLOCK_WRONG: '时钟不准',
  ORDERS_ONE_SIDED: '单边订单',
  PAID_TWICE: '重复支付',
  DEAD_LETTERS: '无法识别的数据',
  DAY_NOT_CLOSED: '未日结',
  BILL_LATE: '账单未到',
  REFUND_STUCK: '退款无结果',
  MATCH_RATE_LOW: '匹配率低',
};

export const ALERT_SEVERITY_LABELS: Readonly<Record<AlertSeverity, string>> = {
  NOTICE: '提示',
  WARNING: '警告',
  CRITICAL: '严重',
};

export const ROLE_LABELS: Readonly<Record<Role, string>> = {
  viewer: '查看员',
  operator: '操作员',
  approver: '审批人',
  admin: '管理员',
  auditor: '审计员',
};

export const EXPORT_LABELS: Readonly<Record<ExportList, string>> = {
  exceptions: '异常明细',
  verdicts: '对账明细',
  entries: '账目明细',
  reconciliations: '对账记录',
  bills: '账单',
  'match-rates': '匹配率',
};
