import type { TableColumnType } from 'antd';
import { Flex, Tag } from 'antd';
import type { ExceptionOrder } from '../../../domain/apiPorts.ts';
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
  { column: 'date', into: 'orderNo' },
];

/** By the keys of columns; the ledger orders all rows, those that are not loaded, too. */
const SORTED_BY = {
  date: 'businessDate',
  merchantFen: 'merchantFen',
  platformFen: 'platformFen',
  channelFen: 'channelFen',
} as const;
type SortedColumn = keyof typeof SORTED_BY;
type SortOrder = Exclude<TableColumnType<object>['sortOrder'], undefined>;
const LARGEST_FIRST: SortOrder[] = ['descend', 'ascend'];

/** @param key of a column; anything else, or no direction, is the list's own order */
export function sortOf(key: unknown, direction: SortOrder | undefined): ExceptionOrder | undefined {
  const column = (Object.keys(SORTED_BY) as SortedColumn[]).find((each) => each === key);
  if (column === undefined || !direction) return undefined;
  return direction === 'descend' ? `-${SORTED_BY[column]}` : SORTED_BY[column];
}

function sortedIn(column: SortedColumn, sort: ExceptionOrder) {
  const by = SORTED_BY[column];
  const sortOrder: SortOrder = sort === by ? 'ascend' : sort === `-${by}` ? 'descend' : null;
  return { sorter: true, sortDirections: LARGEST_FIRST, sortOrder };
}

export function useExceptionColumns(sort: ExceptionOrder = '-businessDate'): LongColumn<ExceptionItem>[] {
  const { exceptions: words, common, codes, cases } = useLabels();
  const nameOf = useMerchantName();
  const amount = (title: string, side: Side): LongColumn<ExceptionItem> => ({
    key: side,
    title,
    width: 98,
    align: 'right',
    ...sortedIn(side, sort),
    render: (_, row) => <Money fen={row[side]} />,
  });
  return [
    {
      key: 'date',
      title: words.date,
      width: 100,
      ...sortedIn('date', sort),
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
