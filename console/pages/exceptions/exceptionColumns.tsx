import type { TableColumnsType } from 'antd';
import { Flex, Tag } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { CaseStatusTag, VerdictTag } from '../../parts/CodeTag.tsx';
import { CopyableId } from '../../parts/CopyableId.tsx';
import { Money } from '../../parts/Money.tsx';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import type { ExceptionItem } from './queries.ts';

type Side = 'merchantFen' | 'platformFen' | 'channelFen';

export function useExceptionColumns(): TableColumnsType<ExceptionItem> {
  const { exceptions: words, common, codes, cases } = useLabels();
  const nameOf = useMerchantName();
  const amount = (title: string, side: Side): TableColumnsType<ExceptionItem>[number] => ({
    title,
    width: 104,
    align: 'right',
    sorter: (a, b) => Number(fenOf(a[side]) - fenOf(b[side])),
    render: (_, row) => <Money fen={row[side]} />,
  });
  return [
    {
      title: words.date,
      width: 106,
      sorter: (a, b) => (a.businessDate < b.businessDate ? -1 : Number(a.businessDate > b.businessDate)),
      render: (_, { businessDate }) => <span className="dz-number">{businessDate}</span>,
    },
    {
      title: common.kind,
      width: 160,
      render: (_, { type, possiblyCrossDay }) => (
        <Flex gap={0}>
          <VerdictTag code={type} />
          {possiblyCrossDay && <Tag color="processing">{cases.possiblyCrossDay}</Tag>}
        </Flex>
      ),
    },
    { title: common.status, width: 88, render: (_, { status }) => <CaseStatusTag code={status} /> },
    {
      title: common.hospital,
      width: 116,
      ellipsis: true,
      render: (_, { merchantId }) => nameOf(merchantId),
    },
    { title: common.orderNo, width: 208, render: (_, { orderNo }) => <CopyableId id={orderNo} most={24} /> },
    {
      title: common.channel,
      width: 96,
      ellipsis: true,
      render: (_, { kind, channel }) =>
        `${channel === null ? '' : `${codes.channel[channel]} `}${codes.kind[kind]}`,
    },
    amount(codes.feed.MERCHANT, 'merchantFen'),
    amount(codes.feed.PLATFORM, 'platformFen'),
    amount(codes.feed.CHANNEL, 'channelFen'),
  ];
}

/** What a book does not have stands before every amount. */
function fenOf(fen: string | null): bigint {
  return fen === null ? -1n : BigInt(fen);
}
