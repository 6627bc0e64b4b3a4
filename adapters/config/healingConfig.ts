import type { Static } from 'typebox';
import { Type } from 'typebox';
import type { Merchant } from '../../domain/merchant.ts';
import { fenOfYuan, yuanOfFen } from '../../domain/money.ts';
import type { ResolutionRules } from '../../domain/resolutionPorts.ts';
import type { HealingMode, HealingRules } from '../../domain/selfHealing.ts';
import { HEALING_MODES, HEALING_OFF } from '../../domain/selfHealing.ts';
import type { FailSetting } from './complaints.ts';
import { complaint } from './complaints.ts';
import { DURATION } from './durations.ts';
import type { MerchantRefunds } from './refundsConfig.ts';
import type { MerchantSources } from './sourcesConfig.ts';

// `selfHealing` of a merchant (docs/self-healing.md). There is none for all: each hospital decides for itself.

export const HEALING_AMOUNT = '^\\d{1,9}(\\.\\d{1,2})?$';
const Amount = Type.String({ pattern: HEALING_AMOUNT });
const Duration = Type.Optional(Type.String({ pattern: DURATION }));
const LEAST_BETWEEN_MS = 60_000;
const MOST_BETWEEN_MS = 24 * 3_600_000;
const MOST_ORDERS = 1_000;

export const HealingSchema = Type.Object(
  {
    mode: Type.Unsafe<HealingMode>({ type: 'string', enum: [...HEALING_MODES] }),
    intraday: Type.Optional(Type.Boolean()),
    perOrderYuan: Amount,
    dailyYuan: Amount,
    dailyOrders: Type.Integer({ minimum: 1, maximum: MOST_ORDERS }),
    askAgainAfter: Duration,
    notBefore: Duration,
  },
  { additionalProperties: false },
);

export type RawHealing = Static<typeof HealingSchema>;
type Ms = (duration: string | undefined) => number | null;

/** @throws what `fail` makes of limits that contradict each other */
export function healingOf(said: RawHealing, merchant: Merchant, ms: Ms, fail: FailSetting): HealingRules {
  const rules: HealingRules = {
    mode: said.mode,
    isIntraday: said.intraday ?? false,
    perOrderFen: fenOfYuan(said.perOrderYuan) ?? 0n,
    dailyFen: fenOfYuan(said.dailyYuan) ?? 0n,
    dailyOrders: said.dailyOrders,
    askAgainAfterMs: ms(said.askAgainAfter) ?? HEALING_OFF.askAgainAfterMs,
    notBeforeMs: ms(said.notBefore) ?? HEALING_OFF.notBeforeMs,
  };
  const { perOrderFen, dailyFen, askAgainAfterMs, notBeforeMs } = rules;
  if (perOrderFen === 0n) throw fail(['perOrderYuan'], complaint('perOrderNothing'));
  if (dailyFen < perOrderFen) {
    throw fail(['dailyYuan'], complaint('dailyBelowOrder', { perOrder: yuanOfFen(perOrderFen) }));
  }
  if (askAgainAfterMs < LEAST_BETWEEN_MS || askAgainAfterMs > MOST_BETWEEN_MS) {
    throw fail(['askAgainAfter'], complaint('askAgainAfter'));
  }
  // Before that the realtime window itself has not given HIS up yet.
  if (notBeforeMs < merchant.rules.windowMs) {
    throw fail(['notBefore'], complaint('beforeWindow', { seconds: merchant.rules.windowMs / 1000 }));
  }
  if (merchant.mode !== 'THREE_WAY' && said.mode !== 'off') {
    throw fail(['mode'], complaint('healingTwoWay'));
  }
  return rules;
}

type Outside = {
  readonly sources: MerchantSources | undefined;
  readonly refunds: MerchantRefunds | undefined;
};

/** @throws what `fail` makes of a hospital whose HIS cannot be asked, or whose payments cannot be refunded */
export function checkHealingOutside(
  rules: HealingRules,
  { sources, refunds }: Outside,
  fail: FailSetting,
): void {
  if (rules.mode === 'off') return;
  if (sources?.raw.hdp === undefined) {
    throw fail(['mode'], complaint('healingHis'));
  }
  if ((refunds?.routes.size ?? 0) === 0) {
    throw fail(['mode'], complaint('healingRefunds'));
  }
  if (rules.isIntraday && sources.raw.wechat === undefined && sources.raw.alipay === undefined) {
    throw fail(['intraday'], complaint('healingIntraday'));
  }
}

/** What is right and hardly meant: limits that the second person's amount makes void. */
export function healingWarnings(
  healing: ReadonlyMap<string, HealingRules>,
  resolution: ReadonlyMap<string, ResolutionRules>,
): readonly string[] {
  return [...healing].flatMap(([merchantId, { mode, perOrderFen }]) => {
    const fromFen = resolution.get(merchantId)?.approvalFromFen ?? null;
    if (mode === 'off' || fromFen === null || perOrderFen < fromFen) return [];
    const [limit, from] = [perOrderFen, fromFen].map(yuanOfFen);
    return [
      `${merchantId}: selfHealing.perOrderYuan is ${limit}, but from ${from} yuan on a second person has to agree (approvals.from): those are left to people`,
    ];
  });
}
