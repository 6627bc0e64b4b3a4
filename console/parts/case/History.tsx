import { Flex, Tag, Timeline, Typography } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import type { Labels } from '../../labels/zh.ts';
import { useLook } from '../../shell/look.ts';
import { BeijingTime } from '../BeijingTime.tsx';
import { VerdictTag } from '../CodeTag.tsx';
import { moneyText } from '../texts.ts';
import { ProofLinks } from './ProofLinks.tsx';
import type { CaseDetail } from './queries.ts';
import { reasonText, wordFor } from './words.ts';

/** As in domain/selfHealing.ts, which a browser has no use for. */
const SELF_HEALING = 'system:self-healing';

type Step = CaseDetail['timeline'][number];

/** What happened on the case, the newest first: by people, by the system, at the gateway. */
export function Steps({ detail }: { readonly detail: CaseDetail }) {
  const labels = useLabels();
  if (detail.timeline.length === 0)
    return <Typography.Text type="secondary">{labels.cases.timelineNone}</Typography.Text>;
  return (
    <Timeline
      items={detail.timeline.toReversed().map((step) => ({
        key: step.seq,
        color: colorOf(step),
        content: <StepText step={step} caseId={detail.id} />,
      }))}
    />
  );
}

function StepText({ step, caseId }: { readonly step: Step; readonly caseId: string }) {
  const labels = useLabels();
  const { cases: words } = labels;
  const said = [
    step.action === null ? '' : words.action[step.action],
    step.amountFen === null ? '' : moneyText(step.amountFen),
    step.outcome === '' ? '' : wordFor(words.outcome, step.outcome),
    ...detailTexts(step, labels),
  ].filter((text) => text !== '');
  const why = reasonText(step.reason, labels);
  const { language } = useLook();
  const note = step.step === 'CONSIDERED' ? consideredText(step, words, language) : step.note;
  return (
    <>
      <Flex wrap gap={8}>
        <b>{words.step[step.step]}</b>
        <BeijingTime at={step.at} />
        <span>{operatorText(step.operator, words)}</span>
      </Flex>
      {said.length > 0 && <div>{said.join(' · ')}</div>}
      {note !== '' && <div>{note}</div>}
      {note === '' && why !== '' && <Typography.Text type="secondary">{why}</Typography.Text>}
      <ProofLinks caseId={caseId} proofs={proofsOf(step)} />
    </>
  );
}

function operatorText(operator: string, words: Labels['cases']): string {
  if (operator === 'system') return words.system;
  return operator === SELF_HEALING ? words.selfHealing : operator;
}

/** What the system decided about refunding it by itself, and why. */
function consideredText({ details, note }: Step, words: Labels['cases'], language: 'zh' | 'en'): string {
  const decision = wordFor(words.decision, details['decision'] ?? '');
  const why = language === 'zh' ? (details['reasonZh'] ?? note) : note;
  return [decision, why].filter((text) => text !== '').join(' · ');
}

function detailTexts({ details }: Step, { cases: words }: Labels): readonly string[] {
  const { refundNo, method, channelRefundNo, detail } = details;
  return [
    refundNo === undefined ? '' : `${words.field.refundNo} ${refundNo}`,
    method === undefined ? '' : `${words.method} ${wordFor(words.methodName, method)}`,
    channelRefundNo === undefined ? '' : `${words.channelRefundNo} ${channelRefundNo}`,
    detail ?? '',
  ];
}

function proofsOf({ details }: Step): readonly string[] {
  return (details['proofs'] ?? '').split(', ').filter((proof) => /^[0-9a-f]{64}$/.test(proof));
}

function colorOf({ step, outcome }: Step): string {
  if (step === 'REJECTED' || outcome === 'FAILED' || outcome === 'REFUSED') return 'red';
  if (step === 'RECORDED' || step === 'HEALED' || outcome === 'SUCCEEDED') return 'green';
  return step === 'OPENED' || step === 'REOPENED' ? 'orange' : 'blue';
}

/** What realtime and each run told of the key before. */
export function VerdictsBefore({ history }: Pick<CaseDetail, 'history'>) {
  const { cases: words } = useLabels();
  const told = [
    ...history.realtime.map(({ code, version, writtenAt }) => {
      return { key: version, from: words.historyRealtime, code, at: writtenAt, standing: '' };
    }),
    ...history.runs.map(({ runId, runDate, code, endedAt, standing }) => {
      return {
        key: runId,
        from: words.historyRun(runDate),
        code,
        at: endedAt,
        standing: words.standing[standing],
      };
    }),
  ];
  return told.map(({ key, from, code, at, standing }) => (
    <Flex key={key} wrap gap={8} style={{ marginBlockEnd: 6 }}>
      <span>{from}</span>
      {code === null ? <Tag>{words.notFound}</Tag> : <VerdictTag code={code} />}
      <BeijingTime at={at} />
      <Typography.Text type="secondary">{standing}</Typography.Text>
    </Flex>
  ));
}
