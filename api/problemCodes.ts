/** How a code of ours is answered: its status, the field that it is about, and Chinese where the error brings none. */
export type ProblemCode = { readonly status: number; readonly field?: string; readonly zh?: string };

const conflict = { status: 409 } as const;
const refusal = { status: 422 } as const;

/** A code that is not here is the caller's fault and answered with 400; DZ_SYSTEM… is ours. */
export const PROBLEM_CODES: Readonly<Record<string, ProblemCode>> = {
  DZ_UNAUTHENTICATED: { status: 401, zh: '未登录或签名、令牌无效' },
  DZ_FORBIDDEN: { status: 403, zh: '没有权限' },
  DZ_NOT_FOUND: { status: 404, zh: '记录不存在' },
  DZ_UNKNOWN_MERCHANT: { status: 404, zh: '商户不存在' },
  DZ_BILL_NOT_FOUND: { status: 404, zh: '账单不存在' },
  DZ_DEAD_LETTER_UNKNOWN: { status: 404, zh: '死信不存在' },
  DZ_SOURCE_TOO_LARGE: { status: 413, zh: '内容过大' },
  DZ_LOG_FULL: { status: 507, zh: '事件日志已满,请稍后再发' },
  DZ_NOT_READY: { status: 503, zh: '系统尚未就绪' },
  DZ_EXPORTS_BUSY: { status: 503, zh: '导出任务过多,请稍后再试' },
  DZ_SYSTEM_LOG_AWAY: { status: 503, zh: '事件日志暂不可用,请稍后再试' },
  DZ_SYSTEM_AUDIT_AWAY: { status: 503, zh: '审计记录暂时无法写入,请稍后再试' },
  DZ_SYSTEM_LEDGER_AWAY: { status: 503, zh: '账本暂不可用,请稍后再试' },

  // Closing a day.
  DZ_CLOSE_NOT_READY: { ...conflict, zh: '当日数据尚未全部入库,请稍后再对账' },
  DZ_CLOSE_LEASE_LOST: { ...conflict, zh: '该日正由他人对账,请稍后再试' },
  DZ_CLOSE_RUNNING: { ...conflict, zh: '该日正由他人对账,请稍后再试' },
  DZ_CLOSE_NOT_CONSERVED: { status: 500, zh: '对账结果不守恒,未发布,请联系管理员' },
  DZ_MONTH_LOCKED: { ...refusal, field: '/reason', zh: '该月已锁账,再次对账须填写原因' },
  DZ_DEAD_LETTER_REPLAYED: { ...conflict, zh: '该死信已重放' },

  // Money and cases: somebody else is at it, or it stands otherwise than the caller saw.
  DZ_ORDER_BUSY: conflict,
  DZ_ORDER_LOCK_LOST: { ...conflict, zh: '操作超时,系统会自动跟进已提交的退款' },
  DZ_ACTION_SETTLED: conflict,
  DZ_ACTION_AWAITS_APPROVAL: conflict,
  DZ_ACTION_UNFINISHED: conflict,
  DZ_ACTION_ADJACENT_OPEN: conflict,
  DZ_APPROVAL_DECIDED: conflict,
  DZ_APPROVAL_CHANGED: conflict,
  DZ_APPROVAL_OWN: { status: 403 },
  DZ_HIS_HAS_IT: conflict,
  DZ_CHECK_EXPIRED: conflict,
  DZ_REFUND_TOO_SOON: conflict,
  DZ_REFUND_NUMBER_TAKEN: conflict,

  // The rules of the trade say no.
  DZ_ACTION_NOT_FOR_TYPE: refusal,
  DZ_ACTION_NEEDS_REFUND_FIRST: refusal,
  DZ_ACTION_CROSS_DAY: refusal,
  DZ_ACTION_NOT_CROSS_DAY: refusal,
  DZ_ACTION_BILL_ERROR: refusal,
  DZ_ACTION_NOTE: { ...refusal, field: '/note' },
  DZ_ACTION_CHANNEL_REFUND_NO: { ...refusal, field: '/channelRefundNo' },
  DZ_ACTION_METHOD: { ...refusal, field: '/method' },
  DZ_ACTION_CONFIRM_CROSS_DAY: { ...refusal, field: '/confirmCrossDay' },
  DZ_ACTION_CONFIRM_NOT_CROSS_DAY: { ...refusal, field: '/confirmNotCrossDay' },
  DZ_REFUND_AMOUNT: { ...refusal, field: '/amountFen' },
  DZ_REFUND_EXCEEDS: { ...refusal, field: '/amountFen' },
  DZ_CHECK_NOT_TODAY: refusal,
  DZ_REFUND_NO_PAYMENT: refusal,
  DZ_REFUND_SEVERAL: refusal,
  DZ_REFUND_NO_ROUTE: { ...refusal, zh: '该商户此渠道未配置退款通道,请在渠道后台退款后登记' },
  DZ_DECISION_CASE: refusal,
  DZ_DECISION_TWICE: refusal,
  DZ_CODE_WRONG: { ...refusal, field: '/verificationCode' },
  DZ_CODE_EXPIRED: { ...refusal, field: '/verificationCode' },
  DZ_CODE_TOO_OFTEN: { status: 429 },
  DZ_IDEMPOTENCY_KEY_USED: { ...refusal, field: '/headers/idempotency-key' },
  DZ_PROOF_TYPE: { ...refusal, field: '/files' },
  DZ_PROOF_TOO_LARGE: { status: 413, field: '/files' },
  DZ_PROOF_TOO_MANY: { status: 413, field: '/files' },
  DZ_MONEY_WAITS: { status: 503 },
  DZ_HDP_FAILED: { status: 502, zh: '暂时无法向医院查询该订单,请稍后再试' },
};

/** What is said in Chinese where neither the error nor its code brings a sentence. */
export const ZH_OF_STATUS: Readonly<Record<number, string>> = {
  400: '请求不正确,请按提示修改后重试',
  401: '未登录或令牌无效',
  403: '没有权限',
  404: '记录不存在',
  409: '与当前状态冲突,请刷新后再试',
  413: '内容过大',
  415: '不支持的内容类型',
  422: '业务规则不允许',
  429: '请求过于频繁,请稍后再试',
  500: '系统内部错误,已记录',
  502: '上游系统暂不可用',
  503: '服务暂不可用,请稍后再试',
  507: '存储空间不足',
};
