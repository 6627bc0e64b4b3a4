import type { TableColumnType } from 'antd';
import { Flex, Tag } from 'antd';
import type { ExceptionOrder } from '../../../domain/apiPorts.ts';
import { EXCEPTION_ORDERS } from '../../../domain/apiPorts.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { CaseStatusTag, VerdictTag } from '../../parts/CodeTag.tsx';
import { CopyableId } from '../../parts/CopyableId.tsx';
import type { Fold, LongColumn } from '../../parts/foldColumns.ts';
import { Money } from '../../parts/Money.tsx';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import type { ExceptionItem } from './queries.ts';

type Side = 'merchantFen' | 'platformFen' | 'channelFen';

/** What the books say of an order stands side by side whatever the width. */
export const EXCEPTION_FOLDS: readonly Fold[] = [
  { column: 'channel', into: 'orderNo' },
  { column: 'kind', into: 'type', width: 114 },
  { column: 'hospital', into: 'orderNo' },
  { column: 'status', into: 'type' },
  // The date is what lists are ordered by: its header stays.
  { column: 'type', into: 'businessDate', width: 114 },
];

type SortOrder = Exclude<TableColumnType<object>['sortOrder'], undefined>;
const LARGEST_FIRST: SortOrder[] = ['descend', 'ascend'];

/** The ledger orders all rows, those that are not loaded, too. @param key of a column; without a direction: the list's own order */
export function sortOf(key: unknown, direction: SortOrder | undefined): ExceptionOrder | undefined {
  if (!direction) return undefined;
  const wanted = `${direction === 'descend' ? '-' : ''}${String(key)}`;
  return EXCEPTION_ORDERS.find((order) => order === wanted);
}

function sortedIn(key: 'businessDate' | Side, sort: ExceptionOrder) {
  const sortOrder: SortOrder = sort === key ? 'ascend' : sort === `-${key}` ? 'descend' : null;
  return { key, sorter: true, sortDirections: LARGEST_FIRST, sortOrder };
}

export function useExceptionColumns(sort: ExceptionOrder = '-businessDate'): LongColumn<ExceptionItem>[] {
  const { exceptions: words, common, codes, cases } = useLabels();
  const nameOf = useMerchantName();
  const amount = (title: string, side: Side): LongColumn<ExceptionItem> => ({
    title,
    width: 98,
    align: 'right',
    ...sortedIn(side, sort),
    render: (_, row) => <Money fen={row[side]} />,
  });
  return [
    {
      title: words.date,
      width: 100,
      ...sortedIn('businessDate', sort),
      render: (_, { businessDate }) => <span className="dz-number">{businessDate}</span>,
    },
    {
      key: 'type',
      title: words.type,
      width: 150,
      render: (_, { type, possiblyCrossDay }) => (
        <Flex wrap>
          <VerdictTag code={type} />
          {possiblyCrossDay && <Tag color="processing">{cases.possiblyCrossDay}</Tag>}
        </Flex>
      ),
    },
    {
      key: 'status',
      title: common.status,
      width: 76,
      render: (_, { status }) => <CaseStatusTag code={status} />,
    },
    {
      key: 'hospital',
      title: common.hospital,
      width: 100,
      ellipsis: true,
      render: (_, { merchantId }) => nameOf(merchantId),
    },
    {
      key: 'orderNo',
      title: common.orderNo,
      width: 216,
      render: (_, { orderNo }) => <CopyableId id={orderNo} most={24} />,
    },
    { key: 'kind', title: common.kind, width: 88, render: (_, { kind }) => codes.kind[kind] },
    {
      key: 'channel',
      title: common.channel,
      width: 68,
      render: (_, { channel }) => (channel === null ? common.none : codes.channel[channel]),
    },
    amount(codes.book.MERCHANT, 'merchantFen'),
    amount(codes.book.PLATFORM, 'platformFen'),
    amount(codes.book.CHANNEL, 'channelFen'),
  ];
}
