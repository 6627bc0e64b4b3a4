import type { HisOrderQuery } from '../domain/billSource.ts';
import type { Merchant } from '../domain/merchant.ts';
import type { HealingLedger, HealingRules } from '../domain/selfHealing.ts';
import type {
  CaseLedger,
  Notifier,
  OrderLocks,
  RefundOffers,
  RefundGateways,
  ResolutionRules,
  VerificationCodes,
} from '../domain/resolutionPorts.ts';

/** Places in a money action at which a process may end; tests end it there. */
export const MONEY_STEPS = [
  'LOCKED',
  'READ',
  'CODE_REDEEMED',
  /** Of a refund that the system begins by itself. */
  'RESERVED',
  'HIS_ASKED',
  'INTENT_WRITTEN',
  'GATEWAY_ANSWERED',
  'ENTRY_WRITTEN',
  'OUTCOME_WRITTEN',
  /** Of an action that no gateway carries out. */
  'RECORDED',
] as const;
export type MoneyStep = (typeof MONEY_STEPS)[number];

/** What the use cases of cases and money work with. */
export type ResolutionDeps = {
  readonly ledger: CaseLedger;
  readonly locks: OrderLocks;
  readonly codes: VerificationCodes;
  readonly offers: RefundOffers;
  readonly notifier: Notifier;
  readonly gateways: RefundGateways;
  readonly his: HisOrderQuery;
  readonly merchants: ReadonlyMap<string, Merchant>;
  readonly rulesOf: (merchantId: string) => ResolutionRules;
  readonly healing: HealingLedger;
  readonly healingRulesOf: (merchantId: string) => HealingRules;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
  readonly pause: (ms: number) => Promise<void>;
  /** Called as each step is reached; tests end the process there. */
  readonly reached?: (step: MoneyStep) => Promise<void>;
};

/** How long a gateway may take; the lock of the order lives longer (adapters/redis/money/orderLocks.ts). */
export const GATEWAY_WITHIN_MS = 20_000;
/** What has to be left of the lock when a gateway is called: the answer, and time to write it down. */
export const LOCK_LEFT_MS = GATEWAY_WITHIN_MS + 10_000;
