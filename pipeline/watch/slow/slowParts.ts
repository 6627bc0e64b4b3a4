import type { Alert, AlertKind } from '../../../domain/alert.ts';
import type { AlertLedger } from '../../../domain/alertPorts.ts';
import type { AlertRules } from '../../../domain/alertRules.ts';
import type { FetchLog } from '../../../domain/billFetch.ts';
import type { BusinessDate } from '../../../domain/businessDate.ts';
import type { ScheduleLedger } from '../../../domain/closePorts.ts';
import type { Merchant } from '../../../domain/merchant.ts';
import type { DayStatus } from '../../../domain/schedule.ts';
import { CATCH_UP_DAYS } from '../../../domain/schedule.ts';
import { addDays, businessDateOf } from '../../../domain/businessDate.ts';
import type { SlowFacts } from '../../../domain/slowFacts.ts';

export type SlowParts = {
  /** Asked anew each time: the configuration may be read again. */
  readonly merchants: () => Iterable<Merchant>;
  readonly rulesOf: (merchantId: string) => AlertRules;
  readonly days: Pick<ScheduleLedger, 'daysSince'>;
  /** Whether a run of the date that did not fail is published. */
  readonly isClosed: (merchantId: string, date: BusinessDate) => boolean;
  readonly fetches: Pick<FetchLog, 'fetchesBetween'>;
  readonly facts: SlowFacts;
  readonly alerts: Pick<AlertLedger, 'alertsSince'>;
};

/** The first date that is looked at: those of alerts that are open are, however old they are. */
export function firstDate(
  kind: AlertKind,
  open: readonly Alert[],
  nowMs: number,
  days = CATCH_UP_DAYS,
): BusinessDate {
  const dates = open.filter((alert) => alert.kind === kind).map(({ detail }) => detail);
  return [addDays(businessDateOf(nowMs), -days), ...dates].toSorted()[0] ?? '';
}

export type DaysOf = ReadonlyMap<string, ReadonlyMap<BusinessDate, DayStatus>>;

/** By hospital and date. */
export function daysByMerchant(days: readonly DayStatus[]): DaysOf {
  return new Map(
    [...Map.groupBy(days, ({ merchantId }) => merchantId)].map(([merchantId, own]) => [
      merchantId,
      new Map(own.map((day) => [day.businessDate, day])),
    ]),
  );
}
