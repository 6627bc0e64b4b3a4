import { localOfInstant } from '../../../domain/businessDate.ts';
import type { Labels } from '../../labels/zh.ts';
import { countText, moneyText, percentText } from '../../parts/texts.ts';

type Line = readonly [label: string, value: string];

/** What an alert goes by, in words; what nobody has words for is shown as it stands. */
export function evidenceLines(evidence: Readonly<Record<string, string>>, labels: Labels): readonly Line[] {
  return Object.entries(evidence)
    .filter(([, value]) => value !== '')
    .map((entry) => lineOf(entry, labels));
}

function lineOf([name, value]: Line, { alerts, codes, common, home }: Labels): Line {
  switch (name) {
    case 'lastToldOfPaidAt':
      return [alerts.lastToldOfPaidAt, localOfInstant(Date.parse(value))];
    case 'secondsAhead':
      return [alerts.secondsAhead, countText(Number(value))];
    case 'secondsBehind':
      return [alerts.secondsBehind, countText(Number(value))];
    case 'largestFen':
      return [alerts.largestDifference, moneyText(value)];
    case 'wasToBeClosedBy':
      return [alerts.wasToBeClosedBy, localOfInstant(Date.parse(value))];
    case 'lastRun':
      return [alerts.lastRun, named(value, { ...codes.outcome, NONE: alerts.neverRun })];
    case 'matchRate':
      return [alerts.matchRate, percentText(Number(value), 1)];
    case 'usualMatchRate':
      return [alerts.usualMatchRate, percentText(Number(value), 1)];
    case 'payments':
      return [alerts.payments, countText(Number(value))];
    case 'oldestRefundNo':
      return [alerts.oldestRefundNo, value];
    case 'source':
      return [alerts.billSource, named(value, { ...home.billSources, none: alerts.noSource })];
    case 'status':
      return [alerts.fetchStatus, named(value, alerts.fetchStatuses)];
    case 'asked':
      return [alerts.asked, countText(Number(value))];
    case 'code':
      return [alerts.answerCode, value];
    default:
      return [common.withNote(alerts.evidence, name), value];
  }
}

function named(code: string, names: Readonly<Record<string, string>>): string {
  return names[code] ?? code;
}
