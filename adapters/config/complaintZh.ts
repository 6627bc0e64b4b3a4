const ZH: readonly (readonly [RegExp, string])[] = [
  [/must be a duration like/, '时长应写作 30s、5m 或 24h'],
  [/must be a time of day/, '时刻应写作 12:00'],
  [/must be an amount in yuan/, '金额应以元为单位,如 500.00,或 never(从不)'],
  [/must be one of (.+?)( \(set|$)/, '只能取以下值之一:$1'],
  [/there is no merchant (\S+)/, '没有医院 $1'],
  [/there is no contact ([^;]+);/, '没有联系人 $1'],
  [/the first step is told at once/, '第一步立即通知,不能设等待时间'],
  [/lacks after/, '后续步骤须设等待时间,如 10m'],
  [/must be longer than that of the step/, '等待时间须比上一步更长'],
  [/from and to must differ/, '起止时间不能相同'],
  [/lacks (\S+)/, '缺少 $1'],
  [/has no number under channels\.(\w+)/, '该医院没有 $1 渠道号'],
  [/is not known here/, '有无法识别的内容'],
  [/must NOT have fewer than 1/, '不能为空'],
  [/must match pattern/, '格式不正确'],
];

/** What is wrong with a value that was typed in the console, in Chinese, where it can be said. */
export function complaintZh(message: string): string {
  for (const [pattern, words] of ZH) {
    const match = pattern.exec(message);
    if (match) return `设置无效:${words.replace('$1', match[1] ?? '')}`;
  }
  return '设置无效:该值不符合要求';
}
