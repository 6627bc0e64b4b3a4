import type { Labels } from '../../labels/zh.ts';
import { isChannel } from './values.ts';

/** How a setting is shown and typed. */
export type Editor =
  | 'text'
  | 'duration'
  | 'signedDuration'
  | 'days'
  | 'clock'
  | 'amount'
  | 'methods'
  | 'mode'
  | 'channel'
  | 'quietHours'
  | 'plainAmount'
  | 'count'
  | 'countOrOff'
  | 'durationOrOff'
  | 'clockOrOff'
  | 'ordersWithin'
  | 'matchRate'
  | 'healingMode'
  | 'flag'
  | 'lastDate'
  | 'routes';

/** Not the way in which a hospital is reconciled. */
const HEALING_MODE = 'selfHealing/mode';

const EDITORS: Readonly<Record<string, Editor>> = {
  name: 'text',
  isv: 'text',
  mode: 'mode',
  lastDate: 'lastDate',
  window: 'duration',
  crossDayMargin: 'duration',
  crossDayDays: 'days',
  cutOff: 'signedDuration',
  grace: 'duration',
  from: 'amount',
  bulkFrom: 'amount',
  supplementMethods: 'methods',
  at: 'clock',
  billPatience: 'duration',
  WECHAT: 'channel',
  ALIPAY: 'channel',
  UNIONPAY: 'channel',
  quietHours: 'quietHours',
  routes: 'routes',
  criticalYuan: 'plainAmount',
  criticalOrders: 'count',
  ordersWithin: 'ordersWithin',
  age: 'durationOrOff',
  feedSilence: 'durationOrOff',
  matchRate: 'matchRate',
  closedBy: 'clockOrOff',
  billBy: 'clockOrOff',
  refundStuck: 'durationOrOff',
  deadLetters: 'countOrOff',
  perOrderYuan: 'plainAmount',
  dailyYuan: 'plainAmount',
  dailyOrders: 'count',
  askAgainAfter: 'duration',
  notBefore: 'duration',
  intraday: 'flag',
  [HEALING_MODE]: 'healingMode',
};

/** Steps of a JSON pointer. */
export function stepsOf(path: string): readonly string[] {
  return path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** @param rest the steps below the hospital, none of which needs to be escaped */
export function pathOf(merchantId: string, rest: string): string {
  return `/merchants/${merchantId.replaceAll('~', '~0').replaceAll('/', '~1')}/${rest}`;
}

/** A setting's name; those that share one by their last step are told apart by where they stand. */
export function lastStep(path: string): string {
  return path.endsWith(HEALING_MODE) ? HEALING_MODE : (stepsOf(path).at(-1) ?? '');
}

/** null: of all hospitals. */
export function hospitalOf(path: string): string | null {
  const [first, id] = stepsOf(path);
  return first === 'merchants' ? (id ?? null) : null;
}

export function editorOf(path: string): Editor {
  return EDITORS[lastStep(path)] ?? 'text';
}

/** Whether it is a rule that `off` switches off. */
export function mayBeOff(path: string): boolean {
  const editor = editorOf(path);
  return editor.endsWith('OrOff') || editor === 'ordersWithin' || editor === 'matchRate';
}

export function fieldLabel(path: string, { system, codes }: Labels): string {
  const last = lastStep(path);
  if (isChannel(last)) return codes.channel[last];
  const words: Readonly<Record<string, string>> = {
    id: system.hospitalId,
    name: system.name,
    lastDate: system.lastDate,
    isv: system.isv,
    mode: system.mode,
    window: system.window,
    crossDayMargin: system.crossDayMargin,
    crossDayDays: system.crossDayDays,
    cutOff: system.cutOff,
    grace: system.grace,
    from: system.approvalFrom,
    bulkFrom: system.approvalBulkFrom,
    supplementMethods: system.supplementMethods,
    at: system.closeAt,
    billPatience: system.billPatience,
    quietHours: system.quietHours,
    routes: system.routes,
    criticalYuan: system.criticalYuan,
    criticalOrders: system.criticalOrders,
    ordersWithin: system.ordersWithin,
    age: system.ruleAge,
    feedSilence: system.feedSilence,
    matchRate: system.matchRate,
    closedBy: system.closedBy,
    billBy: system.billBy,
    refundStuck: system.refundStuck,
    deadLetters: system.deadLetters,
    [HEALING_MODE]: system.healingMode,
    perOrderYuan: system.perOrderYuan,
    dailyYuan: system.dailyYuan,
    dailyOrders: system.dailyOrders,
    askAgainAfter: system.askAgainAfter,
    notBefore: system.notBefore,
    intraday: system.intraday,
  };
  return words[last] ?? last;
}

export function fieldHint(path: string, { system }: Labels): string {
  const words: Readonly<Record<string, string>> = {
    lastDate: system.lastDateHint,
    window: system.windowHint,
    crossDayMargin: system.crossDayMarginHint,
    cutOff: system.cutOffHint,
    grace: system.graceHint,
    from: system.approvalHint,
    bulkFrom: system.approvalHint,
    routes: system.routeFirstFits,
    criticalYuan: system.criticalHint,
    criticalOrders: system.criticalHint,
    ordersWithin: system.ordersWithinHint,
    age: system.ruleAgeHint,
    feedSilence: system.feedSilenceHint,
    matchRate: system.matchRateHint,
    closedBy: system.closedByHint,
    billBy: system.closedByHint,
    refundStuck: system.refundStuckHint,
    deadLetters: system.deadLettersHint,
    [HEALING_MODE]: system.healingHint,
    perOrderYuan: system.perOrderHint,
    askAgainAfter: system.askAgainHint,
    notBefore: system.notBeforeHint,
    intraday: system.intradayHint,
  };
  return words[lastStep(path)] ?? '';
}

/** Under which heading a hospital's setting stands; null: under none. */
export function sectionOf(path: string, { system }: Labels): string | null {
  const [first, , group = ''] = stepsOf(path);
  if (first !== 'merchants') return null;
  const words: Readonly<Record<string, string>> = {
    channels: system.channels,
    rules: system.tabRules,
    schedule: system.tabSchedule,
    approvals: system.sectionApprovals,
    supplementMethods: system.sectionApprovals,
    alertRules: system.sectionAlerts,
    selfHealing: system.sectionHealing,
  };
  return words[group] ?? system.sectionHospital;
}
