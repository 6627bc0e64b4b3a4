import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Flex, Table, Typography } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import { VerdictTag } from '../../parts/CodeTag.tsx';
import { ListFoot } from '../../parts/ListFoot.tsx';
import { Money } from '../../parts/Money.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import type { AlertOrder } from './queries.ts';
import { alertOrdersQuery } from './queries.ts';

/** The orders that an alert speaks of, a page at a time; each leads to the order and its exceptions. */
export function AlertOrders({ alertId }: { readonly alertId: string }) {
  const { alerts: words, codes, common } = useLabels();
  const list = useInfiniteQuery(alertOrdersQuery(alertId));
  const rows = (list.data?.pages.flatMap(({ items }) => items) ?? []).map((order, n) => ({ ...order, n }));
  return (
    <section style={{ marginBlockStart: 24 }}>
      <Typography.Title level={2} style={{ fontSize: 15 }}>
        {words.orderList}
      </Typography.Title>
      {list.error && <ProblemNote error={list.error} />}
      {rows.length === 0 && !list.error ? (
        <Typography.Text type="secondary">{list.isPending ? common.loading : words.noOrders}</Typography.Text>
      ) : (
        <Table<AlertOrder & { readonly n: number }>
          size="small"
          pagination={false}
          scroll={{ x: 'max-content' }}
          rowKey="n"
          dataSource={rows}
          columns={[
            { title: common.time, render: (_, { occurredAt }) => <BeijingTime at={occurredAt} /> },
            { title: common.orderNo, render: (_, order) => <OrderLink order={order} /> },
            { title: common.kind, render: (_, { kind }) => codes.kind[kind] },
            {
              title: common.amount,
              align: 'right',
              render: (_, { amountFen }) => <Money fen={amountFen} />,
            },
            {
              title: common.status,
              render: (_, { verdict, healedAt }) =>
                healedAt === null ? <VerdictTag code={verdict} /> : words.healed,
            },
          ]}
        />
      )}
      {rows.length > 0 && (
        <Flex gap={12} align="center" style={{ marginBlockStart: 8 }}>
          <ListFoot list={list} rows={rows.length} />
          {list.hasNextPage && (
            <Button size="small" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {words.moreOrders}
            </Button>
          )}
        </Flex>
      )}
    </section>
  );
}

function OrderLink({ order: { merchantId, orderNo } }: { readonly order: AlertOrder }) {
  return (
    <Link
      to="/exceptions"
      search={{ tab: 'refund', hospital: merchantId, order: orderNo }}
      className="dz-id"
      title={orderNo}
    >
      {orderNo}
    </Link>
  );
}
