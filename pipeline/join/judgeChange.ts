import type { Entry } from '../../domain/entry.ts';
import { keyPartOf } from '../../domain/entry.ts';
import type { WindowChange } from '../../domain/joinPorts.ts';
import { DEADLINE_MARK, PAYMENT_MATCHED_MARK } from '../../domain/joinPorts.ts';
import type { MatchRules } from '../../domain/merchant.ts';
import type { VersionedVerdict } from '../../domain/ports.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { judgeOrder } from '../../domain/verdict.ts';
import { entryOfLine } from './fact.ts';

/**
 * The realtime verdicts that a change of the window gives, each with its version.
 *
 * A version orders the verdicts of one key whatever the order in which events were seen and however often they were
 * replayed: it only depends on what is known, and knowing more makes it larger.
 *
 *   version = (2 × distinct lines of the key + (one-sided and its deadline passed ? 1 : 0)) × 1024 + context
 *
 * The context counts what else of the order the verdict rests on: the lines of its other keys, because an OFFSET looks
 * at them, until the payment has a merchant line; from then on no sibling matters and it stays at 1023.
 */
export function judgeChange(
  change: WindowChange,
  rulesOf: (merchantId: string) => MatchRules,
): VersionedVerdict[] {
  const merchantId = change.orderKey.slice(0, change.orderKey.indexOf(' '));
  const rules = rulesOf(merchantId);
  if (change.kind === 'matched') return [judgeMatched(change, rules)];
  const lines = change.lines.filter((line) => !isMark(line));
  const entries = lines.map((line) => entryOfLine(change.orderKey, line));
  const overdue = new Set(change.lines.filter(isDeadlineMark).map(partOf));
  const paymentMatched = change.lines.includes(PAYMENT_MATCHED_MARK);
  const verdicts = judgeOrder(entries, {
    mode: 'REALTIME',
    rules,
    deadlinePassed: (part) => overdue.has(part),
    paymentMatched,
  });
  const settled = paymentMatched || entries.some((e) => e.kind === 'PAYMENT' && e.book === 'MERCHANT');
  return verdicts.map((verdict, at) => ({
    verdict,
    version: versionOf(verdict, entries, overdue, settled),
    span: spanOf(verdict, verdicts.slice(0, at)),
  }));
}

function spanOf(verdict: Verdict, before: readonly Verdict[]): number {
  return before.filter((other) => other.keyPart === verdict.keyPart).length;
}

const CONTEXT_BITS = 10n;
const SETTLED_CONTEXT = 1023;
/** Two lines of a key whose payment has a merchant line. */
const MATCHED_VERSION = (4n << CONTEXT_BITS) + BigInt(SETTLED_CONTEXT);

/** Nearly every change: two lines that the window found to fit. */
function judgeMatched(
  { orderKey, lines: [a, b] }: Extract<WindowChange, { kind: 'matched' }>,
  rules: MatchRules,
): VersionedVerdict {
  const entries = [entryOfLine(orderKey, a), entryOfLine(orderKey, b)];
  const [verdict, ...more] = judgeOrder(entries, { mode: 'REALTIME', rules });
  if (!verdict || more.length > 0) throw new Error(`the window let go of ${orderKey} although it is no pair`);
  return { verdict, span: 0, version: MATCHED_VERSION };
}

function versionOf(
  verdict: Verdict,
  entries: readonly Entry[],
  overdue: ReadonlySet<string>,
  settled: boolean,
): bigint {
  const own = entries.filter((entry) => keyPartOf(entry) === verdict.keyPart).length;
  const oneSided = verdict.sides.MERCHANT === null || verdict.sides.PLATFORM === null;
  const passed = oneSided && overdue.has(verdict.keyPart) ? 1 : 0;
  const context = settled ? SETTLED_CONTEXT : Math.min(entries.length - own, SETTLED_CONTEXT - 1);
  return (BigInt(2 * own + passed) << CONTEXT_BITS) + BigInt(context);
}

function isMark(line: string): boolean {
  return isDeadlineMark(line) || line === PAYMENT_MATCHED_MARK;
}

function isDeadlineMark(line: string): boolean {
  return line.endsWith(`\t${DEADLINE_MARK}`) && line.indexOf('\t') === line.length - 2;
}

function partOf(line: string): string {
  return line.slice(0, line.indexOf('\t'));
}
