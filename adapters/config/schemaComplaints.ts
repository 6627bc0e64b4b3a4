import type { TLocalizedValidationError } from 'typebox/error';
import { ALERT_AMOUNT, OFF_OR_DURATION, OFF_OR_TIME_OF_DAY } from './alertRulesConfig.ts';
import { ALERT_URL, MAIL_ADDRESS } from './alertsConfig.ts';
import type { Complaint } from './complaints.ts';
import { complaint } from './complaints.ts';
import { DURATION, SIGNED_DURATION, TIME_OF_DAY } from './durations.ts';
import { HEALING_AMOUNT } from './healingConfig.ts';
import { LAST_DATE } from './lastDate.ts';
import { MERCHANT_ID, PERCENT } from './merchantConfig.ts';
import { APPROVAL_AMOUNT, METHOD } from './resolutionConfig.ts';

// The checker speaks of schemas; people think of what they wrote.

/** By pattern; in English alone what only the file can have. */
const OF_PATTERN: ReadonlyMap<string, Complaint | string> = new Map<string, Complaint | string>([
  [DURATION, complaint('duration')],
  [SIGNED_DURATION, complaint('duration')],
  [OFF_OR_DURATION, complaint('durationOrOff')],
  [TIME_OF_DAY, complaint('timeOfDay')],
  [OFF_OR_TIME_OF_DAY, complaint('timeOfDayOrOff')],
  [ALERT_AMOUNT, complaint('amount')],
  [HEALING_AMOUNT, complaint('amount')],
  [APPROVAL_AMOUNT, complaint('amountOrNever')],
  [PERCENT, complaint('percent')],
  [LAST_DATE, complaint('lastDate')],
  [MERCHANT_ID, complaint('hospitalId')],
  [METHOD, complaint('method')],
  [ALERT_URL, 'must be an https address without a query (http on this machine only)'],
  [MAIL_ADDRESS, 'must be an e-mail address alone'],
]);

const TYPES_ZH: Readonly<Record<string, string>> = {
  string: '文字',
  integer: '整数',
  number: '数值',
  boolean: '是或否',
  object: '一组字段',
  array: '列表',
};

/** What a setting in the console can lack, by its name or by the part that it is of. */
const FIELDS_ZH: Readonly<Record<string, string>> = {
  name: '医院名称',
  channels: '渠道商户号',
  merchantNo: '商户号',
  orders: '笔数',
  within: '统计时长',
  'quietHours.from': '开始时刻',
  'quietHours.to': '结束时刻',
  steps: '通知步骤',
  to: '联系人',
  mode: '方式',
  perOrderYuan: '单笔上限',
  dailyYuan: '每日上限',
  dailyOrders: '每日笔数',
};

/** Where several forms are allowed each of them complains: the one that was meant came furthest. */
export function meantOf(errors: readonly TLocalizedValidationError[]): TLocalizedValidationError | undefined {
  const says: Readonly<Record<string, number>> = { type: 0, anyOf: 0, enum: 1 };
  const rank = ({ instancePath, keyword }: TLocalizedValidationError) =>
    3 * instancePath.split('/').length + (says[keyword] ?? 2);
  return errors.toSorted((a, b) => rank(b) - rank(a))[0];
}

export function schemaComplaint(error: TLocalizedValidationError | undefined): Complaint | string {
  switch (error?.keyword) {
    case undefined:
      return 'not as expected';
    case 'boolean':
      return complaint('unknown');
    case 'type': {
      const type = [error.params.type].flat().join(' or ');
      return complaint('type', { type, typeZh: TYPES_ZH[type] ?? type });
    }
    case 'enum':
      return complaint('oneOf', { values: error.params.allowedValues.join(', ') });
    case 'const':
      return complaint('const', { value: String(error.params.allowedValue) });
    case 'required':
      return lacks(error.instancePath, error.params.requiredProperties);
    case 'minLength':
    case 'minItems':
    case 'minProperties':
      return complaint('empty');
    case 'uniqueItems':
      return complaint('twice');
    case 'maxItems':
      return complaint('tooMany', { most: error.params.limit });
    case 'minimum':
      return complaint('least', { least: String(error.params.limit) });
    case 'maximum':
      return complaint('most', { most: String(error.params.limit) });
    case 'pattern':
      return OF_PATTERN.get(String(error.params.pattern)) ?? error.message;
    default:
      return error?.message ?? 'not as expected';
  }
}

function lacks(instancePath: string, fields: readonly string[]): Complaint {
  const part = instancePath.split('/').at(-1) ?? '';
  const fieldsZh = fields.map((field) => FIELDS_ZH[`${part}.${field}`] ?? FIELDS_ZH[field] ?? field);
  return complaint('lacks', { fields: fields.join(', '), fieldsZh: fieldsZh.join('、') });
}
