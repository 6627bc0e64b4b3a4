import type { VerdictCode } from '../../../domain/verdict.ts';
import type { Labels } from '../../labels/zh.ts';
import type { Action } from './queries.ts';

/** What a table of labels has for a code that is not of a closed set; others are shown as they stand. */
export function wordFor(table: Readonly<Record<string, string>>, code: string): string {
  return table[code] ?? code;
}

function isIn<Code extends string>(table: Readonly<Record<Code, unknown>>, code: string): code is Code {
  return Object.hasOwn(table, code);
}

type Rule = readonly [pattern: RegExp, said: (...parts: string[]) => string];

/** Why a case has its status, in the reader's language; the API keeps it in English with codes. */
export function reasonText(reason: string, labels: Labels): string {
  const { why, action } = labels.cases;
  const rules: readonly Rule[] = [
    [/^it came back: (.*)$/s, (rest) => join(why.cameBack, verdictText(rest, labels))],
    [
      /^HIS has booked it after the refund: (.*)$/s,
      (rest) => join(why.bookedAfterRefund, verdictText(rest, labels)),
    ],
    [/^its facts have changed/, () => why.changed],
    [/ waits for a second person$/, () => why.waits],
    [/^settled by ([A-Z_]+)$/, (code) => why.settledBy(isIn(action, code) ? action[code] : code)],
    [/ is at the gateway$/, () => why.atGateway],
    [/^refunded in the channel;/, () => why.refundedOutside],
    [/^refunded; it can be written off now/, () => why.refunded],
    [/^a part of the order was refunded/, () => why.part],
    [/^the refund failed and may be tried again: ?(.*)$/s, (rest) => join(why.failed, rest)],
    [/^the gateway refused the refund for good: ?(.*)$/s, (rest) => join(why.refused, rest)],
    [/^the refund has no final outcome yet/, () => why.pending],
    [/^rejected by ([^:]*): (.*)$/s, (_, note) => join(why.rejected, note)],
    [/^(the run that closed|no run that counts)/, () => why.gone],
  ];
  for (const [pattern, said] of rules) {
    const match = pattern.exec(reason);
    if (match) return said(...match.slice(1).map((part) => part ?? ''));
  }
  return verdictText(reason, labels);
}

function verdictText(how: string, { codes, cases: { why } }: Labels): string {
  const realtime = /^([A-Z_]+) in realtime$/.exec(how);
  const run = /^([A-Z_]+) in the run of (\S+)$/.exec(how);
  const code = realtime?.[1] ?? run?.[1] ?? '';
  if (!isIn<VerdictCode>(codes.verdict, code)) return how === '' ? '' : how;
  const verdict = codes.verdict[code];
  return run ? why.inRun(verdict, run[2] ?? '') : why.inRealtime(verdict);
}

function join(first: string, rest = ''): string {
  return rest.trim() === '' ? first : `${first}:${rest.trim()}`;
}

export function actionText(action: Action | null, { cases }: Labels): string {
  return action === null ? '' : cases.action[action];
}
