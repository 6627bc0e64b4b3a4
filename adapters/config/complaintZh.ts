const ZH: readonly (readonly [RegExp, string])[] = [
  [/must be a duration like .*, or off/, '时长应写作 30s、5m 或 24h，或关闭'],
  [/must be a time of day like .*, or off/, '时刻应写作 10:30，或关闭'],
  [/must be a duration like/, '时长应写作 30s、5m 或 24h'],
  [/must be a time of day/, '时刻应写作 12:00'],
  [/must be an amount in yuan like .*, or never/, '金额应以元为单位，如 500.00，或 never（从不）'],
  [/must be an amount in yuan/, '金额应以元为单位，如 500.00'],
  [/must be a date like/, '日期应写作 2026-12-31'],
  [/must be longer than nothing/, '时长须大于零，不需要时请关闭'],
  [/must lie between 1m and 12h/, '匹配率的统计时长须在 1 分钟至 12 小时之间'],
  [/must be more than 0/, '单笔上限须大于零'],
  [/must be at least perOrderYuan, ([\d.]+)/, '每日上限不能低于单笔上限 $1 元'],
  [/must be between 1m and 24h/, '再次询问 HIS 的间隔须在 1 分钟至 24 小时之间'],
  [/must be at least the hospital's window, (\d+)s/, '支付后的等待时间不能短于该医院的等待时长 $1 秒'],
  [/must be off: a hospital without a HIS feed/, '两方对账的医院没有 HIS 账，不能自动退款'],
  [/needs sources\.hdp/, '自动退款须先在配置文件中接入前置机（sources.hdp），以便向 HIS 核实'],
  [/needs a way to refund/, '自动退款须先在配置文件中接入退款通道（refunds）'],
  [/needs sources\.wechat or/, '当日自动退款须先接入微信或支付宝的查询接口（sources）'],
  [
    /lacks .*(mode|perOrderYuan|dailyYuan|dailyOrders)/,
    '自动退款的方式、单笔上限、每日上限与每日笔数须一并填写',
  ],
  [/must be one of (.+?)( \(set|$)/, '只能取以下值之一：$1'],
  [/there is no merchant (\S+)/, '没有医院 $1'],
  [/there is no contact ([^;]+);/, '没有联系人 $1'],
  [/the first step is told at once/, '第一步立即通知，不能设等待时间'],
  [/lacks after/, '后续步骤须设等待时间，如 10m'],
  [/must be longer than that of the step/, '等待时间须比上一步更长'],
  [/from and to must differ/, '起止时间不能相同'],
  [/lacks (.+?)( \(set|$)/, '缺少 $1'],
  [/has no number under channels\.(\w+)/, '该医院没有 $1 渠道号'],
  [/is not known here/, '有无法识别的内容'],
  [/must NOT have fewer than 1/, '不能为空'],
  [/must match pattern/, '格式不正确'],
];

/** What is wrong with a value that was typed in the console, in Chinese, where it can be said. */
export function complaintZh(message: string): string {
  for (const [pattern, words] of ZH) {
    const match = pattern.exec(message);
    if (match) return `设置无效：${words.replace('$1', match[1] ?? '')}`;
  }
  return '设置无效：该值不符合要求';
}
