import { Flex, Tag, Tooltip } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import { VerdictTag } from '../../parts/CodeTag.tsx';
import { CopyableId } from '../../parts/CopyableId.tsx';
import type { Fold, LongColumn } from '../../parts/foldColumns.ts';
import { Money } from '../../parts/Money.tsx';
import { spanText } from '../../parts/texts.ts';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import type { BoardRow } from './VerdictBoard.ts';

export const VERDICT_FOLDS: readonly Fold[] = [
  { column: 'occurredAt', into: 'judgedAt', width: 116 },
  { column: 'channel', into: 'orderNo' },
  { column: 'kind', into: 'orderNo' },
  { column: 'healedAfter', into: 'result' },
  { column: 'hospital', into: 'orderNo' },
];

/** @param isOfOne hospital: it needs no column */
export function useVerdictColumns(isOfOne: boolean): LongColumn<BoardRow>[] {
  const { realtime: words, codes, common, threeWay } = useLabels();
  const nameOf = useMerchantName();
  const hospital: readonly LongColumn<BoardRow>[] = [
    {
      key: 'hospital',
      title: common.hospital,
      width: 104,
      ellipsis: true,
      render: (_, { merchantId }) => nameOf(merchantId),
    },
  ];
  return [
    { key: 'judgedAt', title: words.judgedAt, width: 100, render: (_, { at }) => <BeijingTime at={at} /> },
    ...(isOfOne ? [] : hospital),
    {
      key: 'result',
      title: threeWay.result,
      width: 140,
      render: (_, { code }) => (
        <Flex wrap gap={4}>
          <VerdictTag code={code} />
          <Tooltip title={words.provisionalHint}>
            <Tag>{words.provisional}</Tag>
          </Tooltip>
        </Flex>
      ),
    },
    {
      key: 'healedAfter',
      title: words.healedAfterLabel,
      width: 90,
      render: (_, { healedAfterMs }) =>
        healedAfterMs === null ? (
          common.none
        ) : (
          <Tag color="success">{spanText(Math.max(1_000, healedAfterMs), common)}</Tag>
        ),
    },
    { key: 'kind', title: common.kind, width: 72, render: (_, { kind }) => codes.kind[kind] },
    {
      key: 'orderNo',
      title: common.orderNo,
      width: 200,
      render: (_, { orderNo }) => <CopyableId id={orderNo} most={24} />,
    },
    {
      key: 'channel',
      title: common.channel,
      width: 84,
      render: (_, { channel }) => (channel === null ? common.none : codes.channel[channel]),
    },
    {
      key: 'merchantFen',
      title: words.merchantAmount,
      width: 100,
      align: 'right',
      render: (_, row) => <Money fen={row.merchantFen} />,
    },
    {
      key: 'platformFen',
      title: words.platformAmount,
      width: 100,
      align: 'right',
      render: (_, row) => <Money fen={row.platformFen} />,
    },
    {
      key: 'occurredAt',
      title: words.occurredAt,
      width: 124,
      render: (_, { occurredAt }) => <BeijingTime at={occurredAt} />,
    },
  ];
}
