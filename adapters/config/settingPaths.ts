import type { Json } from '../../domain/canonicalJson.ts';
import { DEFAULT_ALERT_RULES } from '../../domain/alertRules.ts';
import { CHANNELS } from '../../domain/entry.ts';
import { DEFAULT_RULES, DEFAULT_SCHEDULE } from '../../domain/merchant.ts';
import { yuanOfFen } from '../../domain/money.ts';
import { DEFAULT_RESOLUTION_RULES } from '../../domain/resolutionPorts.ts';
import { HEALING_OFF } from '../../domain/selfHealing.ts';
import { HOSPITAL_ID, pointerOf, stepsOf } from '../../domain/settings.ts';
import { DEFAULT_GRACE_MS, durationText } from './durations.ts';

// What may be set in the console, and nothing else: no log, slots, ports, folders, addresses, machines or places of keys.

const RULES = ['window', 'crossDayMargin', 'crossDayDays', 'cutOff', 'grace'] as const;
const APPROVALS = ['from', 'bulkFrom'] as const;
const SCHEDULE = ['at', 'billPatience'] as const;
const ALERT_RULES = [
  'criticalYuan',
  'criticalOrders',
  'ordersWithin',
  'age',
  'feedSilence',
  'matchRate',
  'closedBy',
  'billBy',
  'refundStuck',
] as const;
const HEALING = [
  'mode',
  'perOrderYuan',
  'dailyYuan',
  'dailyOrders',
  'askAgainAfter',
  'notBefore',
  'intraday',
] as const;

const under = (steps: readonly string[], names: readonly string[]): readonly (readonly string[])[] =>
  names.map((name) => [...steps, name]);

const GLOBAL: readonly (readonly string[])[] = [
  ...under(['defaults'], RULES),
  ...under(['defaults', 'approvals'], APPROVALS),
  ['defaults', 'supplementMethods'],
  ...under(['schedule'], SCHEDULE),
  ['alerts', 'routes'],
  ['alerts', 'quietHours'],
  ...under(['alerts', 'rules'], [...ALERT_RULES, 'deadLetters']),
];

const OF_HOSPITAL: readonly (readonly string[])[] = [
  ['name'],
  ['isv'],
  ['mode'],
  ['lastDate'],
  ...under(['channels'], CHANNELS),
  ...under(['rules'], RULES),
  ...under(['schedule'], SCHEDULE),
  ...under(['approvals'], APPROVALS),
  ['supplementMethods'],
  ...under(['alertRules'], ALERT_RULES),
  ...under(['selfHealing'], HEALING),
];

const GLOBAL_PATHS = GLOBAL.map(pointerOf);
const GLOBAL_SET = new Set(GLOBAL_PATHS);
const HOSPITAL_SET = new Set([[HOSPITAL_ID], ...OF_HOSPITAL].map(pointerOf));

/** Of all hospitals together. */
export function globalPaths(hasAlerts: boolean): readonly string[] {
  return GLOBAL_PATHS.filter((path) => hasAlerts || !path.startsWith('/alerts/'));
}

export function hospitalPaths(merchantId: string): readonly string[] {
  return OF_HOSPITAL.map((steps) => pointerOf(['merchants', merchantId, ...steps]));
}

export function mayBeSet(path: string): boolean {
  const [first, merchantId, ...rest] = stepsOf(path);
  if (first !== 'merchants') return GLOBAL_SET.has(path);
  return merchantId !== undefined && HOSPITAL_SET.has(pointerOf(rest));
}

const { windowMs, crossDayMarginMs, crossDayDays, cutOffMs } = DEFAULT_RULES;
const amountText = (fen: bigint | null): string => (fen === null ? 'never' : yuanOfFen(fen));
const PROGRAM: Readonly<Record<string, Json>> = {
  window: durationText(windowMs),
  crossDayMargin: durationText(crossDayMarginMs),
  crossDayDays,
  cutOff: durationText(cutOffMs),
  grace: durationText(DEFAULT_GRACE_MS),
  from: amountText(DEFAULT_RESOLUTION_RULES.approvalFromFen),
  bulkFrom: amountText(DEFAULT_RESOLUTION_RULES.bulkApprovalFromFen),
  supplementMethods: [...DEFAULT_RESOLUTION_RULES.supplementMethods],
  at: clockOf(DEFAULT_SCHEDULE.atMs),
  billPatience: durationText(DEFAULT_SCHEDULE.billPatienceMs),
  mode: 'THREE_WAY',
  lastDate: 'none',
  ...alertRuleDefaults(),
};
const HEALING_PROGRAM: Readonly<Record<string, Json>> = {
  mode: HEALING_OFF.mode,
  askAgainAfter: durationText(HEALING_OFF.askAgainAfterMs),
  notBefore: durationText(HEALING_OFF.notBeforeMs),
  intraday: HEALING_OFF.isIntraday,
};

/** Where a hospital's setting looks when it says nothing; null: nowhere. */
export function inheritedFrom(path: string): string | null {
  const [first, , ...rest] = stepsOf(path);
  if (first !== 'merchants') return null;
  const [group] = rest;
  if (group === 'rules') return pointerOf(['defaults', ...rest.slice(1)]);
  if (group === 'approvals' || group === 'supplementMethods') return pointerOf(['defaults', ...rest]);
  if (group === 'alertRules') return pointerOf(['alerts', 'rules', ...rest.slice(1)]);
  return group === 'schedule' ? pointerOf(rest) : null;
}

/** What the program takes where nobody says anything. */
export function programDefault(path: string): Json {
  const steps = stepsOf(path);
  const defaults = steps[2] === 'selfHealing' ? HEALING_PROGRAM : PROGRAM;
  return defaults[steps.at(-1) ?? ''] ?? null;
}

/** As the file would have them. Where it says nothing of a time of day, the schedule of the close is gone by. */
function alertRuleDefaults(): Readonly<Record<string, Json>> {
  const rules = DEFAULT_ALERT_RULES;
  const offOr = <Rule>(rule: Rule | null, said: (rule: Rule) => Json): Json =>
    rule === null ? 'off' : said(rule);
  return {
    criticalYuan: yuanOfFen(rules.criticalFen),
    criticalOrders: rules.criticalOrders,
    ordersWithin: offOr(rules.ordersWithin, ({ orders, withinMs }) => ({
      orders,
      within: durationText(withinMs),
    })),
    age: offOr(rules.ageMs, durationText),
    feedSilence: offOr(rules.feedSilence, ({ leastMs }) => durationText(leastMs)),
    matchRate: offOr(rules.matchRate, ({ withinMs, ...numbers }) => ({
      ...numbers,
      within: durationText(withinMs),
    })),
    refundStuck: offOr(rules.refundStuckMs, durationText),
    deadLetters: offOr(rules.deadLetters, (from) => from),
  };
}

function clockOf(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
