import { DEFAULT_ALERT_RULES } from '../../../domain/alertRules.ts';
import { at } from './values.ts';

export const RATE_PARTS = ['below', 'belowUsualBy', 'atLeastOrders', 'within'] as const;
export type RatePart = (typeof RATE_PARTS)[number];

/**
 * What counts for parts of a match rate that are not said: what it inherits, and the program's where that is off or says
 * nothing of them, as adapters/config/alertRulesConfig.ts has it.
 */
export function restOfRate(inherited: unknown): Readonly<Record<RatePart, unknown>> {
  const { matchRate } = DEFAULT_ALERT_RULES;
  const { below, belowUsualBy, atLeastOrders, withinMs = 0 } = matchRate ?? {};
  const program = { below, belowUsualBy, atLeastOrders, within: `${withinMs / 60_000}m` };
  const partOf = (name: RatePart): unknown => at(inherited, name) ?? program[name];
  return {
    below: partOf('below'),
    belowUsualBy: partOf('belowUsualBy'),
    atLeastOrders: partOf('atLeastOrders'),
    within: partOf('within'),
  };
}

/** Parts that are not said of a rule that is on. */
export function partsInherited(value: unknown): readonly RatePart[] {
  return RATE_PARTS.filter((name) => at(value, name) === undefined);
}
