import { useInfiniteQuery } from '@tanstack/react-query';
import { Card, Table, Tag } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { Age } from '../../parts/Age.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { spanText } from '../../parts/texts.ts';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import { alertsQuery } from '../alerts/queries.ts';
import type { Overview } from './queries.ts';

type Feed = Overview['feeds'][number];

/** Who tells what happens: when it was last heard, and how far behind it comes. Whether a silence is one, alerts say. */
export function Feeds({ overview }: { readonly overview: Overview | undefined }) {
  const { codes, common, home } = useLabels();
  const nameOf = useMerchantName();
  const silent = useInfiniteQuery(alertsQuery({ state: 'OPEN', kind: 'FEED_SILENT' }));
  const alerts = silent.data?.pages.flatMap(({ items }) => items) ?? [];
  const isSilent = ({ merchantId, book }: Feed) =>
    alerts.some((alert) => alert.merchantId === merchantId && alert.book === book);
  return (
    <Card size="small" title={home.feedsTitle}>
      <Table<Feed>
        size="small"
        rowKey={({ merchantId, book }) => `${merchantId} ${book}`}
        pagination={(overview?.feeds.length ?? 0) > 20 ? { pageSize: 20, size: 'small' } : false}
        loading={overview === undefined}
        dataSource={overview?.feeds ?? []}
        locale={{ emptyText: <Nothing title={home.feedsNone} text={home.feedsNoneText} /> }}
        columns={[
          { title: common.hospital, ellipsis: true, render: (_, { merchantId }) => nameOf(merchantId) },
          { title: home.feed, width: 80, render: (_, { book }) => codes.feed[book] },
          {
            title: home.lastHeard,
            width: 108,
            align: 'right',
            render: (_, { heardAt }) => <Age since={heardAt} />,
          },
          {
            title: home.lag,
            width: 96,
            align: 'right',
            render: (_, { lagMs }) => <span className="dz-number">{spanText(lagMs, common)}</span>,
          },
          {
            title: common.status,
            width: 80,
            render: (_, feed) =>
              isSilent(feed) ? (
                <Tag color="error">{home.silent}</Tag>
              ) : (
                <Tag color="success">{home.heard}</Tag>
              ),
          },
        ]}
      />
    </Card>
  );
}
