import type { TableColumnsType } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import { AlertStateTag, SeverityTag } from '../../parts/CodeTag.tsx';
import { Money } from '../../parts/Money.tsx';
import { countText } from '../../parts/texts.ts';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import { alertSubject } from './alertSubject.ts';
import type { AlertItem } from './queries.ts';

export function useAlertColumns(): TableColumnsType<AlertItem> {
  const labels = useLabels();
  const { alerts: words, codes, common } = labels;
  const nameOf = useMerchantName();
  // Of a day or a bill that is missing there are no orders to count.
  return [
    { title: words.severity, width: 76, render: (_, { severity }) => <SeverityTag code={severity} /> },
    { title: words.kind, width: 116, render: (_, { kind }) => codes.alertKind[kind] },
    {
      title: common.hospital,
      width: 130,
      ellipsis: true,
      render: (_, { merchantId }) => (merchantId === '' ? common.none : nameOf(merchantId)),
    },
    { title: words.subject, width: 196, ellipsis: true, render: (_, alert) => alertSubject(alert, labels) },
    { title: words.since, width: 136, render: (_, { since }) => <BeijingTime at={since} /> },
    {
      title: words.orders,
      width: 76,
      align: 'right',
      render: (_, { orders }) => (orders === 0 ? common.none : countText(orders)),
    },
    {
      title: words.left,
      width: 84,
      align: 'right',
      render: (_, { orders, left }) => (orders === 0 ? common.none : countText(left)),
    },
    {
      title: common.amount,
      width: 124,
      align: 'right',
      // Some speak of no money: dead letters, clocks.
      render: (_, { amountFen }) => <Money fen={amountFen === '0' ? null : amountFen} />,
    },
    { title: common.status, width: 88, render: (_, { state }) => <AlertStateTag code={state} /> },
    {
      title: words.acknowledged,
      width: 84,
      ellipsis: true,
      render: (_, { acknowledgedBy }) => acknowledgedBy ?? words.notAcknowledged,
    },
  ];
}
