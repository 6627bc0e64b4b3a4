import type { Static } from 'typebox';
import type {
  ActionRuling,
  CaseEvidence,
  EvidenceLine,
  RealtimeWord,
  RunWord,
  TimelineStep,
} from '../../domain/caseEvidence.ts';
import type { Book } from '../../domain/entry.ts';
import type { ExceptionDetailSchema } from './schema.ts';

export type ExceptionDetail = Static<typeof ExceptionDetailSchema>;

/** The evidence of a case as the API and `case show --json` give it: fen are texts, times are ISO 8601. */
export function exceptionDetailJson(evidence: CaseEvidence): ExceptionDetail {
  const { key, facts, money } = evidence;
  return {
    id: key.caseId,
    merchantId: key.merchantId,
    orderNo: key.orderNo,
    refundNo: facts?.refundNo ?? null,
    kind: key.keyPart === 'P' ? 'PAYMENT' : 'REFUND',
    mode: facts?.mode ?? null,
    type: facts?.type ?? null,
    businessDate: facts?.businessDate ?? null,
    channel: facts?.channel ?? null,
    amounts: {
      merchant: facts?.merchantFen ?? null,
      platform: facts?.platformFen ?? null,
      channel: facts?.channelFen ?? null,
    },
    surplusFen: facts?.surplusFen ?? null,
    isPossiblyCrossDay: facts?.isPossiblyCrossDay ?? false,
    status: evidence.status,
    reason: evidence.reason,
    assignee: evidence.assignee,
    likelyCause: causeJson(evidence),
    lines: evidence.lines.map(lineJson),
    compared: evidence.compared.map(({ field, values, differs }) => ({
      field,
      merchant: [...values.MERCHANT],
      platform: [...values.PLATFORM],
      channel: [...values.CHANNEL],
      differs,
    })),
    missingIn: [...evidence.missingIn],
    history: {
      realtime: evidence.history.realtime.map(realtimeJson),
      runs: evidence.history.runs.map(runJson),
    },
    timeline: evidence.timeline.map(stepJson),
    money: {
      paidFen: money.paidFen.toString(),
      refundedFen: money.refundedFen.toString(),
      openFen: money.openFen.toString(),
      refundableFen: money.refundableFen.toString(),
    },
    refunds: evidence.refunds.map(({ caseId, refundNo, amounts, attempt }) => ({
      exceptionId: caseId,
      refundNo,
      amounts: amountsJson(amounts),
      attempt: attempt && {
        actionId: attempt.actionId,
        amountFen: attempt.amountFen.toString(),
        state: attempt.state,
      },
    })),
    actions: evidence.actions.map(rulingJson),
    related: evidence.related.map(({ caseId, ...related }) => ({ exceptionId: caseId, ...related })),
  };
}

function causeJson({ likelyCause }: CaseEvidence): ExceptionDetail['likelyCause'] {
  const { evidence, ...cause } = likelyCause;
  return { ...cause, evidence: evidence.en, evidenceZh: evidence.zh };
}

function lineJson({
  entry,
  counts,
  isPairedByAmount,
  origin,
}: EvidenceLine): ExceptionDetail['lines'][number] {
  const { book, kind, refundNo, amountFen, occurredAtMs, businessDate, channel } = entry;
  const { channelTxnNo, hisOrderNo, businessType } = entry;
  return {
    book,
    kind,
    refundNo,
    amountFen: amountFen.toString(),
    occurredAt: iso(occurredAtMs),
    businessDate,
    channel,
    channelTxnNo,
    hisOrderNo,
    businessType,
    counts,
    isPairedByAmount,
    origin,
  };
}

function realtimeJson({ version, writtenAtMs, ...word }: RealtimeWord) {
  return { ...word, version: version.toString(), writtenAt: writtenAtMs === null ? null : iso(writtenAtMs) };
}

function runJson({ endedAtMs, amounts, ...word }: RunWord) {
  return { ...word, endedAt: iso(endedAtMs), amounts: amountsJson(amounts) };
}

function stepJson({ amountFen, atMs, ...step }: TimelineStep) {
  return { ...step, details: { ...step.details }, amountFen: amountFen?.toString() ?? null, at: iso(atMs) };
}

function rulingJson(ruling: ActionRuling): ExceptionDetail['actions'][number] {
  const { action, allowed } = ruling;
  return ruling.allowed
    ? { action, allowed, needs: [...ruling.needs], code: null, reason: null, reasonZh: null }
    : { action, allowed, needs: [], code: ruling.code, reason: ruling.reason, reasonZh: ruling.reasonZh };
}

function amountsJson(amounts: Readonly<Record<Book, bigint | null>>): ExceptionDetail['amounts'] {
  return {
    merchant: amounts.MERCHANT?.toString() ?? null,
    platform: amounts.PLATFORM?.toString() ?? null,
    channel: amounts.CHANNEL?.toString() ?? null,
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
