import type { Static } from 'typebox';
import { Type } from 'typebox';
import type { AlertRules, DayTime, MatchRateRule } from '../../domain/alertRules.ts';
import { DEFAULT_ALERT_RULES } from '../../domain/alertRules.ts';
import { fenOfYuan } from '../../domain/money.ts';
import type { FailSetting } from './complaints.ts';
import { complaint } from './complaints.ts';
import { DURATION } from './durations.ts';

// `alerts.rules`, of all hospitals, and `alertRules` of one: what raises an alert, and how severe it is.

const strict = { additionalProperties: false } as const;
export const ALERT_AMOUNT = '^\\d{1,12}(\\.\\d{1,2})?$';
export const OFF_OR_DURATION = '^(off|\\d+(ms|s|m|h|d))$';
export const OFF_OR_TIME_OF_DAY = '^(off|([01]\\d|2[0-3]):[0-5]\\d)$';
const Count = Type.Integer({ minimum: 1, maximum: 1_000_000 });
const Duration = Type.String({ pattern: DURATION });
const OffOrDuration = Type.Optional(Type.String({ pattern: OFF_OR_DURATION }));
const OffOrTime = Type.Optional(Type.String({ pattern: OFF_OR_TIME_OF_DAY }));
const Off = Type.Literal('off');
const Share = Type.Number({ minimum: 0, maximum: 1 });

const RULES = {
  criticalYuan: Type.Optional(Type.String({ pattern: ALERT_AMOUNT })),
  criticalOrders: Type.Optional(Count),
  ordersWithin: Type.Optional(Type.Union([Off, Type.Object({ orders: Count, within: Duration }, strict)])),
  age: OffOrDuration,
  feedSilence: OffOrDuration,
  matchRate: Type.Optional(
    Type.Union([
      Off,
      Type.Object(
        {
          below: Type.Optional(Share),
          belowUsualBy: Type.Optional(Share),
          atLeastOrders: Type.Optional(Count),
          within: Type.Optional(Duration),
        },
        { ...strict, minProperties: 1 },
      ),
    ]),
  ),
  closedBy: OffOrTime,
  billBy: OffOrTime,
  refundStuck: OffOrDuration,
};

export const MerchantAlertRulesSchema = Type.Object(RULES, strict);
/** Dead letters are of no hospital. */
export const AlertRulesSchema = Type.Object(
  { ...RULES, deadLetters: Type.Optional(Type.Union([Off, Count])) },
  strict,
);
type RawRules = Static<typeof AlertRulesSchema>;

type Place = { readonly fail: FailSetting; readonly ms: (duration: string) => number | null };

/** The longest that a match rate looks back over: what is older has been closed. */
const LONGEST_RATE_MS = 12 * 3_600_000;

/** What `said` says, else what holds otherwise. @throws what `fail` makes of a time that no rule can have */
export function alertRulesOf(
  said: RawRules | undefined,
  place: Place,
  otherwise: AlertRules = DEFAULT_ALERT_RULES,
): AlertRules {
  if (said === undefined) return otherwise;
  const { fail, ms } = place;
  const longer = (field: string, duration: string): number => {
    const found = ms(duration) ?? 0;
    if (found <= 0) throw fail([field], complaint('notNothing'));
    return found;
  };
  const durationOf = (field: 'age' | 'refundStuck', before: number | null): number | null => {
    const text = said[field];
    if (text === undefined) return before;
    return text === 'off' ? null : longer(field, text);
  };
  const { ordersWithin, feedSilence, deadLetters } = said;
  return {
    criticalFen:
      said.criticalYuan === undefined ? otherwise.criticalFen : (fenOfYuan(said.criticalYuan) ?? 0n),
    criticalOrders: said.criticalOrders ?? otherwise.criticalOrders,
    ordersWithin: offOr(ordersWithin, otherwise.ordersWithin, ({ orders, within }) => ({
      orders,
      withinMs: longer('ordersWithin', within),
    })),
    ageMs: durationOf('age', otherwise.ageMs),
    feedSilence: offOr(feedSilence, otherwise.feedSilence, (least) => ({ leastMs: ms(least) ?? 0 })),
    matchRate: matchRateOf(said.matchRate, otherwise.matchRate, place),
    closedBy: dayTimeOf(said.closedBy, otherwise.closedBy),
    billBy: dayTimeOf(said.billBy, otherwise.billBy),
    refundStuckMs: durationOf('refundStuck', otherwise.refundStuckMs),
    deadLetters: offOr(deadLetters, otherwise.deadLetters, (from) => from),
  };
}

function matchRateOf(
  said: RawRules['matchRate'],
  otherwise: MatchRateRule | null,
  { fail, ms }: Place,
): MatchRateRule | null {
  return offOr(said, otherwise, ({ within, ...numbers }) => {
    // Whatever is not said of a rule that was off is the program's.
    const before = otherwise ?? DEFAULT_ALERT_RULES.matchRate;
    if (before === null) throw new Error('the program has no match rate of its own');
    const withinMs = within === undefined ? before.withinMs : (ms(within) ?? 0);
    if (withinMs < 60_000 || withinMs > LONGEST_RATE_MS)
      throw fail(['matchRate', 'within'], complaint('matchRateWithin'));
    return { ...before, ...numbers, withinMs };
  });
}

function dayTimeOf(said: string | undefined, otherwise: DayTime | null): DayTime | null {
  return offOr(said, otherwise, (time) => {
    const [hours = 0, minutes = 0] = time.split(':').map(Number);
    return { atMs: (hours * 60 + minutes) * 60_000 };
  });
}

/** @param said undefined: nothing */
function offOr<Said, Rule>(
  said: Said,
  otherwise: Rule | null,
  ruleOf: (said: Exclude<Said, 'off' | undefined>) => Rule,
): Rule | null {
  if (isSaid(said)) return ruleOf(said);
  return said === undefined ? otherwise : null;
}

function isSaid<Said>(said: Said): said is Exclude<Said, 'off' | undefined> {
  return said !== undefined && said !== 'off';
}
