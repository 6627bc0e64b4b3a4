import { Link } from '@tanstack/react-router';
import { Tag, Tooltip } from 'antd';
import { EXCEPTION_CODES } from '../../../domain/verdict.ts';
import { useLabels } from '../../labels/useLabels.ts';
import type { Labels } from '../../labels/zh.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import { OutcomeTag } from '../../parts/CodeTag.tsx';
import type { Fold, LongColumn } from '../../parts/foldColumns.ts';
import { countText } from '../../parts/texts.ts';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import { PLACE } from './place.ts';
import type { Run, RunMode } from './queries.ts';

export const RECORD_FOLDS: readonly Fold[] = [
  { column: 'operator', into: 'operatedAt' },
  { column: 'reason', into: 'result', width: 120 },
  { column: 'status', into: 'result' },
  { column: 'hospital', into: 'date' },
];

export function useRecordColumns(mode: RunMode, current: ReadonlySet<string>): LongColumn<Run>[] {
  const labels = useLabels();
  const { threeWay: words, common } = labels;
  const nameOf = useMerchantName();
  const { path } = PLACE[mode];
  return [
    {
      key: 'date',
      title: words.date,
      width: 110,
      render: (_, { businessDate }) => <span className="dz-number">{businessDate}</span>,
    },
    {
      key: 'hospital',
      title: common.hospital,
      width: 160,
      ellipsis: true,
      render: (_, { merchantId }) => nameOf(merchantId),
    },
    {
      key: 'operator',
      title: common.operator,
      width: 100,
      ellipsis: true,
      render: (_, { operator }) => <Operator name={operator} />,
    },
    {
      key: 'operatedAt',
      title: words.operatedAt,
      width: 130,
      render: (_, { endedAt }) => <BeijingTime at={endedAt} />,
    },
    {
      key: 'result',
      title: words.result,
      width: 105,
      render: (_, { outcome }) => <OutcomeTag code={outcome} />,
    },
    {
      key: 'reason',
      title: words.reason,
      width: 150,
      ellipsis: true,
      render: (_, run) => reasonsText(run, labels),
    },
    {
      key: 'verdicts',
      title: words.verdicts,
      width: 80,
      align: 'right',
      render: (_, run) => countText(sumOf(run, () => true)),
    },
    {
      key: 'exceptions',
      title: words.exceptions,
      width: 90,
      align: 'right',
      render: (_, run) => countText(exceptionsOf(run)),
    },
    {
      key: 'status',
      title: common.status,
      width: 90,
      render: (_, run) => <Standing isCurrent={current.has(run.id)} isFailed={run.outcome === 'FAILED'} />,
    },
    {
      key: 'open',
      title: words.action,
      width: 90,
      fixed: 'end',
      render: (_, { id }) => (
        <Link to={`${path}/$runId`} params={{ runId: id }} search={{}}>
          {words.open}
        </Link>
      ),
    },
  ];
}

/** Who ran it: a person's name, or the system. */
export function Operator({ name }: { readonly name: string }) {
  const { threeWay: words } = useLabels();
  return <>{name === 'system' ? words.system : name}</>;
}

export function reasonsText({ reasons }: Pick<Run, 'reasons'>, { codes, common }: Labels): string {
  return reasons.length === 0 ? common.none : reasons.map((reason) => codes.failureReason[reason]).join('、');
}

export function Standing({
  isCurrent,
  isFailed,
}: {
  readonly isCurrent: boolean;
  readonly isFailed: boolean;
}) {
  const { threeWay: words, common } = useLabels();
  if (isCurrent) return <Tag color="success">{words.current}</Tag>;
  if (isFailed) return <Tooltip title={words.failedHint}>{common.none}</Tooltip>;
  return (
    <Tooltip title={words.replacedHint}>
      <Tag>{words.replaced}</Tag>
    </Tooltip>
  );
}

export function exceptionsOf(run: Pick<Run, 'verdicts'>): number {
  const codes: ReadonlySet<string> = EXCEPTION_CODES;
  return sumOf(run, (code) => codes.has(code));
}

export function sumOf({ verdicts }: Pick<Run, 'verdicts'>, counts: (code: string) => boolean): number {
  return Object.entries(verdicts).reduce((sum, [code, count]) => (counts(code) ? sum + count : sum), 0);
}
