import { expect, test } from 'vitest';
import type { Json } from '../../domain/canonicalJson.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import { NO_OVERLAY, pointerOf } from '../../domain/settings.ts';
import type { ComplaintCode } from './complaints.ts';
import { COMPLAINTS } from './complaints.ts';
import { globalPaths, hospitalPaths } from './settingPaths.ts';
import { planSettings } from './settingsPlan.ts';

const TEXT = `
alerts:
  contacts: { duty: { type: wecom, keyEnv: DUTY } }
  routes: [{ steps: [{ to: [duty] }] }]
merchants:
  - id: H001
    name: 甲医院
    sources: { hdp: { url: 'http://127.0.0.1:9', keyId: front, keyFile: hdp.key } }
    refunds: { upp: { url: 'http://127.0.0.1:9', keyId: upp, keyFile: upp.key } }
    channels: { WECHAT: '1900000001' }
  - id: H002
    name: 乙医院
    mode: TWO_WAY
    refunds: { upp: { url: 'http://127.0.0.1:9', keyId: upp, keyFile: upp.key } }
    channels: { WECHAT: '1900000002' }
`;
const CHEN: Principal = { userId: 'chen', roles: new Set(['admin']), merchants: null };

/** What the console is told of a change; null: it may be made. */
function refusal(values: Readonly<Record<string, Json>>, text = TEXT): DuizhangError | null {
  const wishes = Object.entries(values).map(([path, value]) => ({ path, value }));
  const basis = { path: 'c.yaml', text, overlay: NO_OVERLAY, needsRestart: () => [] };
  try {
    planSettings(basis, CHEN, wishes);
    return null;
  } catch (error) {
    if (error instanceof DuizhangError) return error;
    throw error;
  }
}

const at = (...steps: readonly string[]): string => pointerOf(['merchants', 'H001', ...steps]);
const route = (...steps: Json[]): Json => [{ steps }];
const TOLD = { to: ['duty'] };
const LIMITS = {
  [at('selfHealing', 'perOrderYuan')]: '200',
  [at('selfHealing', 'dailyYuan')]: '2000',
  [at('selfHealing', 'dailyOrders')]: 20,
};
const ON = { ...LIMITS, [at('selfHealing', 'mode')]: 'on' };
const ofH002 = (values: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> =>
  Object.fromEntries(Object.entries(values).map(([path, value]) => [path.replace('H001', 'H002'), value]));
const NO_ROUTES = TEXT.replace(/alerts:\n.*\n.*\n/, 'alerts: { rules: { age: 1h } }\n');

type Wrong = readonly [values: Readonly<Record<string, Json>>, zh: string, text?: string];
/** What somebody may set for each complaint to be made, and what they read. */
const WRONG: Readonly<Record<ComplaintCode, Wrong>> = {
  unknown: [{ [at('channels', 'WECHAT')]: { merchantNo: '1', number: '1' } }, '有无法识别的内容'],
  type: [{ [at('rules', 'crossDayDays')]: 'seven' }, '应为整数'],
  oneOf: [{ [at('mode')]: 'FOUR_WAY' }, '只能取以下值之一：THREE_WAY, TWO_WAY'],
  const: [{ '/alerts/rules/deadLetters': 'never' }, '只能为 off，或按要求填写'],
  lacks: [{ [at('selfHealing', 'mode')]: 'on' }, '缺少单笔上限、每日上限、每日笔数'],
  empty: [{ [at('name')]: '' }, '不能为空'],
  twice: [{ [at('supplementMethods')]: ['CASH', 'CASH'] }, '不能有重复项'],
  tooMany: [{ '/alerts/routes': route(...Array.from({ length: 9 }, () => TOLD)) }, '最多 8 项'],
  least: [{ [at('rules', 'crossDayDays')]: -1 }, '不能小于 0'],
  most: [{ [at('rules', 'crossDayDays')]: 32 }, '不能大于 31'],
  duration: [{ [at('rules', 'window')]: '8 minutes' }, '时长应写作 30s、5m 或 24h'],
  durationOrOff: [{ [at('alertRules', 'age')]: 'never' }, '时长应写作 30s、5m 或 24h，或关闭'],
  timeOfDay: [{ '/schedule/at': 'noon' }, '时刻应写作 12:00'],
  timeOfDayOrOff: [{ [at('alertRules', 'closedBy')]: '25:00' }, '时刻应写作 10:30，或关闭'],
  amount: [{ '/alerts/rules/criticalYuan': '一千' }, '金额应以元为单位，如 500.00'],
  amountOrNever: [{ [at('approvals', 'from')]: '-1' }, '金额应以元为单位，如 500.00，或 never（从不）'],
  percent: [{ [at('channels', 'WECHAT')]: { merchantNo: '1', feeRate: '0.006' } }, '费率应写作 0.6%'],
  lastDate: [{ [at('lastDate')]: '2026-02-30' }, '日期应写作 2026-12-31'],
  hospitalId: [
    { '/merchants/H 3/id': 'H 3', '/merchants/H 3/name': 'x', '/merchants/H 3/channels/WECHAT': '3' },
    '医院编号应为 1 至 64 位字母、数字或符号，不含空格',
  ],
  method: [
    { '/defaults/supplementMethods': ['cash'] },
    '补差方式应为大写字母、数字或下划线，如 CASH，最多 32 位',
  ],
  notNothing: [{ [at('alertRules', 'age')]: '0m' }, '时长须大于零，不需要时请关闭'],
  matchRateWithin: [
    { '/alerts/rules/matchRate': { within: '2d' } },
    '匹配率的统计时长须在 1 分钟至 12 小时之间',
  ],
  perOrderNothing: [{ ...LIMITS, ...ON, [at('selfHealing', 'perOrderYuan')]: '0' }, '单笔上限须大于零'],
  dailyBelowOrder: [{ ...ON, [at('selfHealing', 'dailyYuan')]: '100' }, '每日上限不能低于单笔上限 200.00 元'],
  askAgainAfter: [
    { ...ON, [at('selfHealing', 'askAgainAfter')]: '2d' },
    '再次询问 HIS 的间隔须在 1 分钟至 24 小时之间',
  ],
  beforeWindow: [
    { ...ON, [at('selfHealing', 'notBefore')]: '2m' },
    '支付后的等待时间不能短于该医院的等待时长 300 秒',
  ],
  healingTwoWay: [ofH002(ON), '两方对账的医院没有 HIS 账，不能自动退款'],
  healingHis: [
    { ...ofH002(ON), '/merchants/H002/mode': 'THREE_WAY' },
    '自动退款须先在配置文件中接入前置机（sources.hdp），以便向 HIS 核实',
  ],
  healingRefunds: [
    ON,
    '自动退款须先在配置文件中接入退款通道（refunds）',
    TEXT.replaceAll(/ {4}refunds:.*\n/g, ''),
  ],
  healingIntraday: [
    { ...ON, [at('selfHealing', 'intraday')]: true },
    '当日自动退款须先接入微信或支付宝的查询接口（sources）',
  ],
  quietWithoutRoutes: [
    { '/alerts/quietHours': { from: '22:00', to: '07:00' } },
    '未设置通知路由，免打扰时段无从生效',
    NO_ROUTES,
  ],
  noContacts: [
    { '/alerts/routes': route(TOLD) },
    '配置文件中没有联系人（alerts.contacts），不能设置通知路由',
    NO_ROUTES,
  ],
  noMerchant: [{ '/alerts/routes': [{ merchants: ['H009'], steps: [TOLD] }] }, '没有医院 H009'],
  noContact: [{ '/alerts/routes': route({ to: ['nobody'] }) }, '没有联系人 nobody'],
  firstAtOnce: [{ '/alerts/routes': route({ ...TOLD, after: '1m' }) }, '第一步立即通知，不能设等待时间'],
  laterAfter: [{ '/alerts/routes': route(TOLD, TOLD) }, '后续步骤须设等待时间，如 10m'],
  afterNotLonger: [
    { '/alerts/routes': route(TOLD, { ...TOLD, after: '9m' }, { ...TOLD, after: '9m' }) },
    '等待时间须比上一步更长',
  ],
  quietNothing: [{ '/alerts/quietHours': { from: '07:00', to: '07:00' } }, '起止时间不能相同'],
};

test.each(Object.entries(WRONG))('whoever sets what is wrong reads why in Chinese: %s', (code, wrong) => {
  const [values, zh, text] = wrong;
  const error = refusal(values, text);
  expect([error?.details['complaint'], error?.messageZh]).toEqual([code, `设置无效：${zh}`]);
});

/** Each wrong for most of what can be set, and right for some. */
const WRONG_TEXTS = ['', 'x', 'off', '-5m', '0m', '99d', '24:00', '0', '1e3', '2026-13-01'];
const WRONG_LISTS = [[], [1], ['x', 'x'], [{}], [{ steps: [] }], [{ steps: [{ to: [] }] }]];
const WRONG_CHANNELS = [{ merchantNo: 1 }, { merchantNo: '1', ownRows: {} }, { ownRows: { appIds: [] } }];
const WRONG_RULES = [{}, { orders: 0, within: 'x' }, { below: 2 }, { below: -1, x: 1 }, { from: '07:00' }];
const WRONG_ROUTES = [{ steps: [{ to: ['x', 'x'] }] }, { severities: ['x'], steps: [TOLD] }].map((one) => [
  one,
]);
const VALUES: readonly Json[] = [
  ...WRONG_TEXTS,
  ...WRONG_LISTS,
  ...WRONG_CHANNELS,
  ...WRONG_RULES,
  ...WRONG_ROUTES,
  null,
  true,
  -1,
  0.5,
  1e12,
];

test('nothing that can be typed is refused in English alone', () => {
  const paths = [...globalPaths(true), ...hospitalPaths('H001')];
  const made = ['/merchants/H003/id', '/merchants/ /id', '/merchants/H001/id'];
  const seen = new Set<unknown>();
  for (const path of [...paths, ...made]) {
    for (const value of VALUES) {
      for (const beside of path.includes('/selfHealing/') ? [{}, LIMITS] : [{}]) {
        const error = refusal({ ...beside, [path]: value });
        if (error === null) continue;
        seen.add(error.details['complaint']);
        expect(error.messageZh, `${path} ${JSON.stringify(value)}: ${error.message}`).toMatch(/[一-龥]/);
        expect(error.messageZh, error.message).not.toMatch(/[{}]|undefined/);
      }
    }
  }
  expect(seen.size).toBeGreaterThan(15);
});

test('every sentence fills the same names in both languages, but for names of things', () => {
  const namesIn = (text: string): readonly string[] => [
    ...new Set(Array.from(text.matchAll(/\{(\w+?)(?:Zh)?\}/g), ([, name]) => name ?? '')),
  ];
  for (const { en, zh } of Object.values(COMPLAINTS))
    expect(namesIn(en)).toEqual(expect.arrayContaining([...namesIn(zh)]));
});
