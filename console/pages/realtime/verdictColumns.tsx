import type { TableColumnsType } from 'antd';
import { Flex, Tag, Tooltip } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import { VerdictTag } from '../../parts/CodeTag.tsx';
import { CopyableId } from '../../parts/CopyableId.tsx';
import { Money } from '../../parts/Money.tsx';
import { spanText } from '../../parts/texts.ts';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import type { BoardRow } from './VerdictBoard.ts';

/** @param isOfOne hospital: it needs no column */
export function useVerdictColumns(isOfOne: boolean): TableColumnsType<BoardRow> {
  const { realtime: words, codes, common, threeWay } = useLabels();
  const nameOf = useMerchantName();
  const hospital: TableColumnsType<BoardRow> = [
    { title: common.hospital, width: 120, ellipsis: true, render: (_, { merchantId }) => nameOf(merchantId) },
  ];
  return [
    { title: words.judgedAt, width: 100, render: (_, { at }) => <BeijingTime at={at} /> },
    ...(isOfOne ? [] : hospital),
    {
      title: threeWay.result,
      width: 175,
      render: (_, { code }) => (
        <Flex gap={4}>
          <VerdictTag code={code} />
          <Tooltip title={words.provisionalHint}>
            <Tag>{words.provisional}</Tag>
          </Tooltip>
        </Flex>
      ),
    },
    {
      title: words.healedAfterLabel,
      width: 90,
      render: (_, { healedAfterMs }) =>
        healedAfterMs === null ? (
          common.none
        ) : (
          <Tag color="success">{spanText(Math.max(1_000, healedAfterMs), common)}</Tag>
        ),
    },
    { title: common.kind, width: 85, render: (_, { kind }) => codes.kind[kind] },
    { title: common.orderNo, width: 200, render: (_, { orderNo }) => <CopyableId id={orderNo} most={24} /> },
    {
      title: common.channel,
      width: 100,
      render: (_, { channel }) => (channel === null ? common.none : codes.channel[channel]),
    },
    {
      title: words.merchantAmount,
      width: 100,
      align: 'right',
      render: (_, row) => <Money fen={row.merchantFen} />,
    },
    {
      title: words.platformAmount,
      width: 100,
      align: 'right',
      render: (_, row) => <Money fen={row.platformFen} />,
    },
    { title: words.occurredAt, width: 100, render: (_, { occurredAt }) => <BeijingTime at={occurredAt} /> },
  ];
}
