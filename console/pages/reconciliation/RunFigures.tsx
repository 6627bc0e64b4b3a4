import { Flex } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import { OutcomeTag } from '../../parts/CodeTag.tsx';
import { Figure } from '../../parts/Figure.tsx';
import { countText, percentText, spanText } from '../../parts/texts.ts';
import type { Run, Summary } from './queries.ts';
import { exceptionsOf, Operator, Standing, sumOf } from './recordColumns.tsx';

type Props = {
  readonly run: Run;
  /** null: not known yet. */
  readonly cases: Summary['cases'] | null;
  readonly isCurrent: boolean | null;
};

/** How a run came out, at one sight. */
export function RunFigures({ run, cases, isCurrent }: Props) {
  const { threeWay: words, common } = useLabels();
  const all = sumOf(run, () => true);
  const matched = sumOf(run, (code) => code === 'MATCHED' || code === 'CROSS_DAY');
  // To the second begun: none takes no time.
  const tookMs = Math.ceil((Date.parse(run.endedAt) - Date.parse(run.startedAt)) / 1000) * 1000;
  const n = (status: keyof Summary['cases']): number => cases?.[status] ?? 0;
  const pending = n('OPEN') + n('IN_PROGRESS') + n('PENDING_APPROVAL');
  const settled = n('RESOLVED') + n('HEALED');
  const said = (count: number): string => (cases === null ? common.none : countText(count));
  return (
    <Flex wrap gap={12} style={{ marginBlockEnd: 4 }}>
      <Figure
        title={words.result}
        value={
          <Flex gap={4}>
            <OutcomeTag code={run.outcome} />
            {isCurrent !== null && <Standing isCurrent={isCurrent} isFailed={run.outcome === 'FAILED'} />}
          </Flex>
        }
        note={
          <>
            <Operator name={run.operator} /> · <BeijingTime at={run.endedAt} /> · {words.took}{' '}
            {spanText(tookMs, common)}
          </>
        }
      />
      <Figure
        title={words.matchRate}
        value={percentText(matched, all)}
        note={words.matchDetail(
          countText(matched),
          countText(sumOf(run, (code) => code === 'OFFSET')),
          countText(exceptionsOf(run)),
        )}
      />
      <Figure
        name="pending"
        title={words.pending}
        value={said(pending)}
        note={words.pendingDetail(said(n('OPEN')), said(n('IN_PROGRESS')), said(n('PENDING_APPROVAL')))}
      />
      <Figure
        name="settled"
        title={words.settled}
        value={said(settled)}
        note={words.settledDetail(said(n('RESOLVED')), said(n('HEALED')))}
      />
    </Flex>
  );
}
