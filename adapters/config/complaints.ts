// What may be wrong with a setting that people can set in the console, in both languages: who sets it there reads Chinese.

import type { Words } from '../../domain/words.ts';

/** {names} are filled in. What only the file can have wrong is said in English where it is found. */
export const COMPLAINTS = {
  unknown: { en: 'is not known here', zh: '有无法识别的内容' },
  type: { en: 'must be {type}', zh: '应为{typeZh}' },
  oneOf: { en: 'must be one of {values}', zh: '只能取以下值之一：{values}' },
  const: { en: 'must be {value}, or of the other form that it may have', zh: '只能为 {value}，或按要求填写' },
  lacks: { en: 'lacks {fields}', zh: '缺少{fieldsZh}' },
  empty: { en: 'must not be empty', zh: '不能为空' },
  twice: { en: 'must not hold the same twice', zh: '不能有重复项' },
  tooMany: { en: 'must not have more than {most} items', zh: '最多 {most} 项' },
  least: { en: 'must be at least {least}', zh: '不能小于 {least}' },
  most: { en: 'must be at most {most}', zh: '不能大于 {most}' },
  duration: { en: 'must be a duration like 30s, 5m or 24h', zh: '时长应写作 30s、5m 或 24h' },
  durationOrOff: {
    en: 'must be a duration like 30s, 5m or 24h, or off',
    zh: '时长应写作 30s、5m 或 24h，或关闭',
  },
  timeOfDay: { en: 'must be a time of day like 12:00', zh: '时刻应写作 12:00' },
  timeOfDayOrOff: { en: "must be a time of day like '10:30', or off", zh: '时刻应写作 10:30，或关闭' },
  amount: { en: "must be an amount in yuan like '500.00'", zh: '金额应以元为单位，如 500.00' },
  amountOrNever: {
    en: "must be an amount in yuan like '500.00', or never",
    zh: '金额应以元为单位，如 500.00，或 never（从不）',
  },
  percent: { en: 'must be a percentage like 0.6%', zh: '费率应写作 0.6%' },
  lastDate: { en: 'must be a date like 2026-12-31, or none', zh: '日期应写作 2026-12-31' },
  hospitalId: {
    en: 'must be 1 to 64 letters, digits or signs, without spaces',
    zh: '医院编号应为 1 至 64 位字母、数字或符号，不含空格',
  },
  method: {
    en: 'must be a word of capitals, digits and _ like CASH, of at most 32',
    zh: '补差方式应为大写字母、数字或下划线，如 CASH，最多 32 位',
  },
  notNothing: {
    en: 'must be longer than nothing; off turns it off',
    zh: '时长须大于零，不需要时请关闭',
  },
  matchRateWithin: { en: 'must lie between 1m and 12h', zh: '匹配率的统计时长须在 1 分钟至 12 小时之间' },
  perOrderNothing: { en: 'must be more than 0', zh: '单笔上限须大于零' },
  dailyBelowOrder: {
    en: 'must be at least perOrderYuan, {perOrder}: such an order could never be refunded',
    zh: '每日上限不能低于单笔上限 {perOrder} 元',
  },
  askAgainAfter: {
    en: 'must be between 1m and 24h: HIS has to have time to catch up',
    zh: '再次询问 HIS 的间隔须在 1 分钟至 24 小时之间',
  },
  beforeWindow: {
    en: "must be at least the hospital's window, {seconds}s",
    zh: '支付后的等待时间不能短于该医院的等待时长 {seconds} 秒',
  },
  healingTwoWay: {
    en: 'must be off: a hospital without a HIS feed (TWO_WAY) has no books that could lack a payment',
    zh: '两方对账的医院没有 HIS 账，不能自动退款',
  },
  healingHis: {
    en: 'needs sources.hdp of the merchant: HIS is asked through it before anything is refunded',
    zh: '自动退款须先在配置文件中接入前置机（sources.hdp），以便向 HIS 核实',
  },
  healingRefunds: {
    en: 'needs a way to refund: refunds.upp, or refunds.routes with the keys of a channel',
    zh: '自动退款须先在配置文件中接入退款通道（refunds）',
  },
  healingIntraday: {
    en: "needs sources.wechat or sources.alipay: the channel's own order query is asked",
    zh: '当日自动退款须先接入微信或支付宝的查询接口（sources）',
  },
  quietWithoutRoutes: { en: 'are of routes, and there are none', zh: '未设置通知路由，免打扰时段无从生效' },
  noContacts: {
    en: 'lacks contacts, whom its routes name',
    zh: '配置文件中没有联系人（alerts.contacts），不能设置通知路由',
  },
  noMerchant: { en: 'there is no merchant {merchant}', zh: '没有医院 {merchant}' },
  noContact: {
    en: 'there is no contact {contact}; alerts.contacts has {known}',
    zh: '没有联系人 {contact}',
  },
  firstAtOnce: { en: 'the first step is told at once', zh: '第一步立即通知，不能设等待时间' },
  laterAfter: {
    en: 'lacks after: how long nobody has acknowledged the alert, like 10m',
    zh: '后续步骤须设等待时间，如 10m',
  },
  afterNotLonger: {
    en: 'must be longer than that of the step before it',
    zh: '等待时间须比上一步更长',
  },
  quietNothing: { en: 'from and to must differ', zh: '起止时间不能相同' },
} as const satisfies Readonly<Record<string, Words>>;

export type ComplaintCode = keyof typeof COMPLAINTS;
export type Complaint = { readonly code: ComplaintCode } & Words;

/** Of a setting that can be set in the console: nothing is refused there in English alone. */
export type FailSetting = (steps: readonly string[], complaint: Complaint) => Error;
/** A text: what only the file can have wrong. */
export type Fail = (steps: readonly string[], said: Complaint | string) => Error;

type Names<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Filling<S extends Words> = Readonly<Record<Names<S['en']> | Names<S['zh']>, string | number>>;

export function complaint<C extends ComplaintCode>(
  code: C,
  ...[filling]: keyof Filling<(typeof COMPLAINTS)[C]> extends never ? [] : [Filling<(typeof COMPLAINTS)[C]>]
): Complaint {
  const values: Readonly<Record<string, string | number>> = filling ?? {};
  const filled = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
  const { en, zh } = COMPLAINTS[code];
  return { code, en: filled(en), zh: filled(zh) };
}
