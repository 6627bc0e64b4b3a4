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
  | 'routes';

const EDITORS: Readonly<Record<string, Editor>> = {
  name: 'text',
  isv: 'text',
  mode: 'mode',
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
};

/** Steps of a JSON pointer. */
export function stepsOf(path: string): readonly string[] {
  return path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function lastStep(path: string): string {
  return stepsOf(path).at(-1) ?? '';
}

/** null: of all hospitals. */
export function hospitalOf(path: string): string | null {
  const [first, id] = stepsOf(path);
  return first === 'merchants' ? (id ?? null) : null;
}

export function editorOf(path: string): Editor {
  return EDITORS[lastStep(path)] ?? 'text';
}

export function fieldLabel(path: string, { system, codes }: Labels): string {
  const last = lastStep(path);
  if (isChannel(last)) return codes.channel[last];
  const words: Readonly<Record<string, string>> = {
    name: system.name,
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
  };
  return words[last] ?? last;
}

export function fieldHint(path: string, { system }: Labels): string {
  const words: Readonly<Record<string, string>> = {
    window: system.windowHint,
    crossDayMargin: system.crossDayMarginHint,
    cutOff: system.cutOffHint,
    grace: system.graceHint,
    from: system.approvalHint,
    bulkFrom: system.approvalHint,
    routes: system.routeFirstFits,
  };
  return words[lastStep(path)] ?? '';
}
