import { Link } from '@tanstack/react-router';
import { Card, Table } from 'antd';
import { daysBetween } from '../../../domain/businessDate.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { Money } from '../../parts/Money.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { countText } from '../../parts/texts.ts';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import type { Overview } from './queries.ts';

type Open = Overview['open'][number];

/** What waits for a person, by hospital, with how much and for how long. */
export function OpenByHospital({ overview }: { readonly overview: Overview | undefined }) {
  const { common, home } = useLabels();
  const nameOf = useMerchantName();
  const today = overview?.date ?? '';
  return (
    <Card size="small" title={home.oneSidedTitle}>
      <Table<Open>
        size="small"
        rowKey="merchantId"
        pagination={(overview?.open.length ?? 0) > 20 ? { pageSize: 20, size: 'small' } : false}
        loading={overview === undefined}
        dataSource={overview?.open ?? []}
        locale={{ emptyText: <Nothing title={home.oneSidedNone} /> }}
        columns={[
          {
            title: common.hospital,
            ellipsis: true,
            render: (_, { merchantId }) => (
              <Link to="/exceptions" search={{ hospital: merchantId }}>
                {nameOf(merchantId)}
              </Link>
            ),
          },
          { title: common.count, width: 66, align: 'right', render: (_, { count }) => countText(count) },
          {
            title: common.amount,
            width: 112,
            align: 'right',
            render: (_, { amountFen }) => <Money fen={amountFen} />,
          },
          {
            title: home.age,
            width: 84,
            align: 'right',
            render: (_, { oldestDate }) => (
              <span title={oldestDate} className="dz-number">
                {common.days(Math.max(0, daysBetween(oldestDate, today)))}
              </span>
            ),
          },
        ]}
      />
    </Card>
  );
}
