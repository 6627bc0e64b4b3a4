import { localOfInstant } from '../../../domain/businessDate.ts';
import type { Labels } from '../../labels/zh.ts';
import { moneyText } from '../../parts/texts.ts';

type Line = readonly [label: string, value: string];

/** What an alert goes by, in words; what nobody has words for is shown as it stands. */
export function evidenceLines(
  evidence: Readonly<Record<string, string>>,
  { alerts }: Labels,
): readonly Line[] {
  return Object.entries(evidence)
    .filter(([, value]) => value !== '')
    .map(([name, value]): Line => {
      switch (name) {
        case 'lastToldOfPaidAt':
          return [alerts.lastToldOfPaidAt, localOfInstant(Date.parse(value))];
        case 'secondsAhead':
          return [alerts.secondsAhead, value];
        case 'largestFen':
          return [alerts.largestDifference, moneyText(value)];
        default:
          return [`${alerts.evidence}(${name})`, value];
      }
    });
}
