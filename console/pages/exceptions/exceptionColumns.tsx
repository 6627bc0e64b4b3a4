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
    width: 98,
    align: 'right',
    sorter: (a, b) => Number(fenOf(a[side]) - fenOf(b[side])),
    render: (_, row) => <Money fen={row[side]} />,
  });
  return [
    {
      title: words.date,
      width: 100,
      sorter: (a, b) => (a.businessDate < b.businessDate ? -1 : Number(a.businessDate > b.businessDate)),
      render: (_, { businessDate }) => <span className="dz-number">{businessDate}</span>,
    },
    {
      title: words.type,
      width: 150,
      render: (_, { type, possiblyCrossDay }) => (
        <Flex gap={0}>
          <VerdictTag code={type} />
          {possiblyCrossDay && <Tag color="processing">{cases.possiblyCrossDay}</Tag>}
        </Flex>
      ),
    },
    { title: common.status, width: 76, render: (_, { status }) => <CaseStatusTag code={status} /> },
    {
      title: common.hospital,
      width: 100,
      ellipsis: true,
      render: (_, { merchantId }) => nameOf(merchantId),
    },
    { title: common.orderNo, width: 204, render: (_, { orderNo }) => <CopyableId id={orderNo} most={24} /> },
    { title: common.kind, width: 88, render: (_, { kind }) => codes.kind[kind] },
    {
      title: common.channel,
      width: 68,
      render: (_, { channel }) => (channel === null ? common.none : codes.channel[channel]),
    },
    amount(codes.book.MERCHANT, 'merchantFen'),
    amount(codes.book.PLATFORM, 'platformFen'),
    amount(codes.book.CHANNEL, 'channelFen'),
  ];
}

/** What a book does not have stands before every amount. */
function fenOf(fen: string | null): bigint {
  return fen === null ? -1n : BigInt(fen);
}
