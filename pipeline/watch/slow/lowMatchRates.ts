import type { Alert } from '../../../domain/alert.ts';
import type { MatchRateRule } from '../../../domain/alertRules.ts';
import { isOrderOfIncident, isFeedAlert } from '../../../domain/alertOrders.ts';
import type { Merchant } from '../../../domain/merchant.ts';
import type { OneSidedPayment, TimeSpan } from '../../../domain/slowFacts.ts';
import { sumOf } from '../feedIncidents.ts';
import type { Finding } from '../finding.ts';
import type { SlowParts } from './slowParts.ts';
import { UsualRates } from './usualRates.ts';

const MOST_ORDERS = 100_000;

/** Hospitals that look back equally far are asked about together. */
type Group = { readonly span: TimeSpan; readonly rules: ReadonlyMap<string, MatchRateRule> };

/**
 * Hospitals of whose payments too few stand in both books, of those paid within the last while whose window is over. An
 * order of an incident counts neither way, nor does one that differs in other ways: alerts of their own tell of them.
 */
export class LowMatchRates {
  readonly #parts: SlowParts;
  readonly #usual: UsualRates;

  constructor(parts: SlowParts) {
    this.#parts = parts;
    this.#usual = new UsualRates(parts.facts);
  }

  async find(open: readonly Alert[], nowMs: number): Promise<readonly Finding[]> {
    const groups = this.#groups(nowMs);
    if (groups.length === 0) return [];
    const earliestMs = Math.min(...groups.map(({ span }) => span.fromMs));
    const incidents = (await this.#parts.alerts.alertsSince(earliestMs)).filter(isFeedAlert);
    const isOpen = new Set(
      open.flatMap(({ kind, merchantId }) => (kind === 'MATCH_RATE_LOW' ? [merchantId] : [])),
    );
    const found: Finding[] = [];
    for (const group of groups) found.push(...(await this.#ofGroup(group, incidents, isOpen)));
    return found;
  }

  #groups(nowMs: number): readonly Group[] {
    const rules = [...this.#parts.merchants()].flatMap((merchant) => {
      const rule = this.#ruleOf(merchant);
      return rule === null ? [] : [{ merchant, rule }];
    });
    const groups = Map.groupBy(rules, ({ merchant, rule }) =>
      JSON.stringify([rule.withinMs, merchant.rules.windowMs]),
    );
    return [...groups.values()].flatMap((own) => {
      const [first] = own;
      if (!first) return [];
      const toMs = nowMs - first.merchant.rules.windowMs;
      return [
        {
          span: { fromMs: toMs - first.rule.withinMs, toMs },
          rules: new Map(own.map(({ merchant, rule }) => [merchant.merchantId, rule])),
        },
      ];
    });
  }

  /** What a hospital without a HIS tells has nothing that it could match. */
  #ruleOf({ merchantId, mode }: Merchant): MatchRateRule | null {
    return mode === 'THREE_WAY' ? this.#parts.rulesOf(merchantId).matchRate : null;
  }

  async #ofGroup(
    { span, rules }: Group,
    incidents: readonly Alert[],
    isOpen: ReadonlySet<string>,
  ): Promise<readonly Finding[]> {
    const { facts } = this.#parts;
    const ids = [...rules.keys()];
    const judged = await facts.judgedPayments(ids, span);
    const suspects = judged.filter(({ oneSided }) => oneSided > 0).map(({ merchantId }) => merchantId);
    if (suspects.length === 0) return [];
    const oneSided = (await facts.oneSidedPayments(suspects, span, MOST_ORDERS)).filter(
      (order) => !incidents.some((incident) => isOrderOfIncident(incident, order)),
    );
    const usual = await this.#usual.before(ids, span);
    const own = Map.groupBy(oneSided, ({ merchantId }) => merchantId);
    return judged.flatMap(({ merchantId, matched }) => {
      const [rule, orders] = [rules.get(merchantId), own.get(merchantId) ?? []];
      if (!rule || orders.length === 0) return [];
      // What was found low stays so until it is seen to be better: in the evening fewer pay.
      if (matched + orders.length < rule.atLeastOrders && !isOpen.has(merchantId)) return [];
      const rate = matched / (matched + orders.length);
      const usualRate = usual.get(merchantId)?.(rule.atLeastOrders) ?? null;
      const isLow = rate < rule.below || (usualRate !== null && rate < usualRate - rule.belowUsualBy);
      return isLow ? [findingOf(merchantId, rate, usualRate, matched, orders)] : [];
    });
  }
}

function findingOf(
  merchantId: string,
  rate: number,
  usual: number | null,
  matched: number,
  orders: readonly OneSidedPayment[],
): Finding {
  return {
    kind: 'MATCH_RATE_LOW',
    merchantId,
    book: null,
    channel: null,
    detail: '',
    severity: 'WARNING',
    sinceMs: Math.min(...orders.map(({ occurredAtMs }) => occurredAtMs)),
    untilMs: null,
    orders: orders.length,
    left: orders.length,
    amountFen: sumOf(orders),
    evidence: {
      matchRate: rate.toFixed(4),
      payments: String(matched + orders.length),
      ...(usual === null ? {} : { usualMatchRate: usual.toFixed(4) }),
    },
    isOver: false,
  };
}
