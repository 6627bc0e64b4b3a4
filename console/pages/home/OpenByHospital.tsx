import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Card, Table } from 'antd';
import { businessDateOf, daysBetween } from '../../../domain/businessDate.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { Money } from '../../parts/Money.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { countText } from '../../parts/texts.ts';
import { useNow } from '../../parts/useNow.ts';
import type { Hospital } from './hospital.ts';
import type { OpenRow } from './openByHospital.ts';
import { openByHospital } from './openByHospital.ts';
import { openExceptionsQuery } from './queries.ts';

/** What waits for a person, by hospital, with how much and for how long. */
export function OpenByHospital({ hospitals }: { readonly hospitals: readonly Hospital[] }) {
  const { common, home } = useLabels();
  const today = businessDateOf(useNow(60_000));
  const open = useQuery(openExceptionsQuery);
  const rows = openByHospital(open.data?.items ?? [], hospitals);
  return (
    <Card size="small" title={home.oneSidedTitle}>
      <Table<OpenRow>
        size="small"
        rowKey="merchantId"
        pagination={false}
        loading={open.isPending}
        dataSource={rows.slice()}
        locale={{ emptyText: <Nothing title={home.oneSidedNone} /> }}
        columns={[
          {
            title: common.hospital,
            render: (_, { merchantId, name }) => (
              <Link to="/exceptions" search={{ hospital: merchantId }}>
                {name}
              </Link>
            ),
          },
          { title: common.count, align: 'right', render: (_, { count }) => countText(count) },
          { title: common.amount, align: 'right', render: (_, { fen }) => <Money fen={fen} /> },
          {
            title: home.age,
            align: 'right',
            render: (_, { oldest }) => (
              <span title={oldest} className="dz-number">
                {common.days(Math.max(0, daysBetween(oldest, today)))}
              </span>
            ),
          },
        ]}
      />
    </Card>
  );
}
