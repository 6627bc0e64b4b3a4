import { useLabels } from '../../labels/useLabels.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import { AlertStateTag, SeverityTag } from '../../parts/CodeTag.tsx';
import type { Fold, LongColumn } from '../../parts/foldColumns.ts';
import { Money } from '../../parts/Money.tsx';
import { countText } from '../../parts/texts.ts';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import { alertSubject } from './alertSubject.ts';
import type { AlertItem } from './queries.ts';

export const ALERT_FOLDS: readonly Fold[] = [
  { column: 'acknowledged', into: 'status' },
  { column: 'hospital', into: 'subject' },
  { column: 'severity', into: 'kind' },
  { column: 'status', into: 'since' },
  { column: 'left', into: 'orders', width: 84, isNamed: true },
];

export function useAlertColumns(): LongColumn<AlertItem>[] {
  const labels = useLabels();
  const { alerts: words, codes, common } = labels;
  const nameOf = useMerchantName();
  // Of a day or a bill that is missing there are no orders to count.
  return [
    {
      key: 'severity',
      title: words.severity,
      width: 76,
      render: (_, { severity }) => <SeverityTag code={severity} />,
    },
    { key: 'kind', title: words.kind, width: 116, render: (_, { kind }) => codes.alertKind[kind] },
    {
      key: 'hospital',
      title: common.hospital,
      width: 130,
      ellipsis: true,
      render: (_, { merchantId }) => (merchantId === '' ? common.none : nameOf(merchantId)),
    },
    {
      key: 'subject',
      title: words.subject,
      width: 196,
      ellipsis: true,
      render: (_, alert) => alertSubject(alert, labels),
    },
    { key: 'since', title: words.since, width: 136, render: (_, { since }) => <BeijingTime at={since} /> },
    {
      key: 'orders',
      title: words.orders,
      width: 76,
      align: 'right',
      render: (_, { orders }) => (orders === 0 ? common.none : countText(orders)),
    },
    {
      key: 'left',
      title: words.left,
      width: 84,
      align: 'right',
      render: (_, { orders, left }) => (orders === 0 ? common.none : countText(left)),
    },
    {
      key: 'amount',
      title: common.amount,
      width: 124,
      align: 'right',
      // Some speak of no money: dead letters, clocks.
      render: (_, { amountFen }) => <Money fen={amountFen === '0' ? null : amountFen} />,
    },
    {
      key: 'status',
      title: common.status,
      width: 88,
      render: (_, { state }) => <AlertStateTag code={state} />,
    },
    {
      key: 'acknowledged',
      title: words.acknowledged,
      width: 84,
      ellipsis: true,
      render: (_, { acknowledgedBy }) => acknowledgedBy ?? words.notAcknowledged,
    },
  ];
}
