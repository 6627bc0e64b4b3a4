import { localOfInstant } from '../../domain/businessDate.ts';
import type { CaseEvidence, LineOrigin, RunWord, TimelineStep } from '../../domain/caseEvidence.ts';
import { BOOKS } from '../../domain/entry.ts';
import type { Book } from '../../domain/entry.ts';
import { KIND_LABELS, STATUS_LABELS, VERDICT_LABELS } from '../../domain/labels.ts';
import { yuanOfFen } from '../../domain/money.ts';

/** The evidence of a case for a terminal. */
export function caseText(evidence: CaseEvidence): string {
  const { history, timeline, refunds, related } = evidence;
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['lines', evidence.lines.map(lineText)],
    ['side by side (! differs)', comparedText(evidence)],
    ['told before', [...history.realtime.map(realtimeText), ...history.runs.map(runText)]],
    ['what happened', timeline.map(stepText)],
    ['money of the order', [moneyText(evidence)]],
    ['refunds', refunds.map(refundText)],
    ['what may be done', evidence.actions.map(rulingText)],
    ['related', related.map(relatedText)],
  ];
  const shown = sections.filter(([, lines]) => lines.length > 0);
  return [headText(evidence), ...shown.map(([title, lines]) => `\n${title}\n${indented(lines)}`)].join('');
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}\n`).join('');
}

function headText({ key, facts, status, reason, assignee, missingIn, likelyCause }: CaseEvidence): string {
  const kind = key.keyPart === 'P' ? 'PAYMENT' : 'REFUND';
  const what =
    facts === null ? 'no exception' : `${facts.type} ${VERDICT_LABELS[facts.type]} (${facts.mode})`;
  const refund = facts?.refundNo ? ` refund ${facts.refundNo}` : '';
  const lines = [
    `${key.caseId}  ${key.merchantId} ${kind} ${KIND_LABELS[kind]} ${key.orderNo}${refund}`,
    `${what}  ${status} ${STATUS_LABELS[status]}${assignee === null ? '' : `, ${assignee}`}: ${reason}`,
    `likely cause: ${likelyCause.cause}, ${likelyCause.evidence.en} / ${likelyCause.evidence.zh}`,
    ...(missingIn.length === 0 ? [] : [`missing in ${missingIn.join(', ')}`]),
    ...(facts?.isPossiblyCrossDay ? ['near midnight: its counterpart may stand on the other date'] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function lineText({ entry, counts, isPairedByAmount, origin }: CaseEvidence['lines'][number]): string {
  const { book, amountFen, occurredAtMs, channel, channelTxnNo, hisOrderNo } = entry;
  const numbers = [channel, channelTxnNo, hisOrderNo].filter((text) => text !== null).join(' ');
  const notes = [
    counts ? '' : ' (does not count: a bill took its place)',
    isPairedByAmount ? ' (came without a number)' : '',
  ].join('');
  return `${book.padEnd(8)} ${yuanOfFen(amountFen).padStart(12)}  ${localOfInstant(occurredAtMs)}  ${numbers}  ${originText(origin)}${notes}`;
}

function originText(origin: LineOrigin): string {
  switch (origin.source) {
    case 'EVENT':
      return origin.partition === null
        ? `event ${origin.eventId}`
        : `event ${origin.eventId} at ${origin.partition}:${origin.position}`;
    case 'BILL':
      return `line ${origin.line} of ${origin.fileName} (${origin.billId.slice(0, 12)})`;
    case 'ACTION':
      return `refund of ours, action ${origin.actionId}`;
  }
}

function comparedText({ compared }: CaseEvidence): readonly string[] {
  const shown = compared.filter(({ values }) => BOOKS.some((book) => values[book].length > 0));
  const rows = shown.map(({ field, values, differs }) => [
    `${differs ? '!' : ' '} ${field}`,
    ...BOOKS.map((book) => values[book].join(', ') || '–'),
  ]);
  return columns([['', ...BOOKS], ...rows]);
}

/** Left-aligned, each column as wide as its widest text. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  return rows.map((row) =>
    row
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function realtimeText(word: CaseEvidence['history']['realtime'][number]): string {
  const at = word.writtenAtMs === null ? '' : `, written ${localOfInstant(word.writtenAtMs)}`;
  const over = word.isWindowOver ? ', the window over' : '';
  const latest = word.isLatest ? '' : ', overtaken';
  return `realtime: ${word.code} with ${word.linesKnown} lines known${over}${at}${latest}`;
}

function runText({ runDate, mode, code, standing, operator, endedAtMs, runId, refersTo }: RunWord): string {
  const settles = refersTo === null ? '' : `, settles ${refersTo}`;
  return `run of ${runDate} (${mode}): ${code ?? 'does not know it'}, ${standing}${settles}; ${localOfInstant(endedAtMs)} by ${operator}, ${runId}`;
}

function stepText(step: TimelineStep): string {
  const amount = step.amountFen === null ? '' : ` ${yuanOfFen(step.amountFen)}`;
  const said = [step.note, step.outcome, step.reason].filter((text) => text !== '').join('; ');
  const details = Object.entries(step.details)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
  const what = step.action === null ? step.step : `${step.step} ${step.action}`;
  return `${step.seq} ${localOfInstant(step.atMs)} ${step.operator}: ${what}${amount} → ${step.status}: ${said}${details === '' ? '' : ` [${details}]`}`;
}

function moneyText({ money }: CaseEvidence): string {
  const { paidFen, refundedFen, openFen, refundableFen } = money;
  return `paid ${yuanOfFen(paidFen)}, refunded ${yuanOfFen(refundedFen)}, under way ${yuanOfFen(openFen)}, refundable ${yuanOfFen(refundableFen)}`;
}

function refundText({ refundNo, amounts, attempt }: CaseEvidence['refunds'][number]): string {
  const inBooks = BOOKS.filter((book: Book) => amounts[book] !== null).map(
    (book) => `${book} ${yuanOfFen(amounts[book] ?? 0n)}`,
  );
  const ours = attempt === null ? [] : [`ours ${yuanOfFen(attempt.amountFen)} ${attempt.state}`];
  return `${refundNo ?? '(no number)'}: ${[...inBooks, ...ours].join(', ')}`;
}

function rulingText(ruling: CaseEvidence['actions'][number]): string {
  return ruling.allowed
    ? `${ruling.action}: needs ${ruling.needs.join(', ')}`
    : `${ruling.action}: no, ${ruling.reason} / ${ruling.reasonZh} (${ruling.code})`;
}

function relatedText({ caseId, orderNo, relation, kind, type, status }: CaseEvidence['related'][number]) {
  const how = type === null ? 'no exception' : `${type} ${status ?? ''}`;
  return `${relation === 'POSSIBLE_ORIGINAL' ? 'probably repeats' : 'same order'}: ${kind} ${orderNo}, ${how}, ${caseId}`;
}
