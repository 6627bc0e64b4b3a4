import { Button, Flex, Tag, Typography } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { useOpenCase } from '../../parts/case/openCase.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import type { Fold, LongColumn } from '../../parts/foldColumns.ts';
import { Money } from '../../parts/Money.tsx';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import type { ActionItem } from './queries.ts';

/** Who decides sees what for and how much; the buttons stay in sight whatever the width. */
export const ACTION_FOLDS: readonly Fold[] = [
  { column: 'askedBy', into: 'askedAt' },
  { column: 'note', into: 'orderNo' },
  { column: 'hospital', into: 'orderNo' },
  { column: 'before', into: 'amount', width: 176, isNamed: true },
  { column: 'after', into: 'amount', width: 176, isNamed: true },
  { column: 'decidedBy', into: 'state' },
  { column: 'askedAt', into: 'action', width: 124 },
];

type Wish = {
  readonly me: { readonly user: string; readonly roles: readonly string[] };
  readonly isAll: boolean;
  readonly onDecide: (item: ActionItem, isAgreed: boolean) => void;
};

export function useActionColumns({ me, isAll, onDecide }: Wish): LongColumn<ActionItem>[] {
  const { approvals: words, cases, common } = useLabels();
  const nameOf = useMerchantName();
  const openCase = useOpenCase();
  const money: readonly LongColumn<ActionItem>[] = [
    {
      key: 'before',
      title: words.before,
      width: 116,
      align: 'right',
      render: (_, { balances }) => <Money fen={balances?.before.refundableFen ?? null} />,
    },
    {
      key: 'after',
      title: words.after,
      width: 116,
      align: 'right',
      render: (_, { balances }) => <Money fen={balances?.after.refundableFen ?? null} />,
    },
    {
      key: 'decide',
      title: cases.actions,
      width: 136,
      // Always in sight: it is what people come here for.
      fixed: 'right',
      render: (_, item) => <Decide item={item} me={me} onDecide={onDecide} />,
    },
  ];
  const past: readonly LongColumn<ActionItem>[] = [
    {
      key: 'decidedBy',
      title: words.decidedBy,
      width: 110,
      render: (_, { decidedBy }) => decidedBy ?? common.none,
    },
    {
      key: 'state',
      title: common.status,
      width: 110,
      render: (_, { state }) => <Tag>{cases.actionState[state]}</Tag>,
    },
  ];
  return [
    {
      key: 'askedAt',
      title: words.askedAt,
      width: 130,
      render: (_, { askedAt }) => <BeijingTime at={askedAt} />,
    },
    {
      key: 'askedBy',
      title: words.askedBy,
      width: 100,
      ellipsis: true,
      render: (_, { operator }) => operator,
    },
    { key: 'action', title: words.action, width: 100, render: (_, { action }) => cases.action[action] },
    {
      key: 'amount',
      title: common.amount,
      width: 116,
      align: 'right',
      render: (_, { amountFen }) => <Money fen={amountFen} />,
    },
    {
      key: 'hospital',
      title: common.hospital,
      width: 130,
      ellipsis: true,
      render: (_, { merchantId }) => nameOf(merchantId),
    },
    {
      key: 'orderNo',
      title: common.orderNo,
      width: 220,
      render: (_, { caseId, orderNo }) => (
        <Button
          type="link"
          size="small"
          className="dz-id"
          style={{ paddingInline: 0 }}
          title={words.openCase}
          onClick={() => openCase(caseId)}
        >
          {orderNo}
        </Button>
      ),
    },
    { key: 'note', title: common.note, width: 160, render: (_, { note }) => note },
    ...(isAll ? past : money),
  ];
}

type DecideProps = Pick<Wish, 'me' | 'onDecide'> & { readonly item: ActionItem };

/** Whoever asked for it, and whoever is no approver, is told so on the spot. */
function Decide({ item, me, onDecide }: DecideProps) {
  const { approvals: words } = useLabels();
  const why = !me.roles.includes('approver') ? words.mayNot : item.operator === me.user ? words.own : null;
  return (
    <>
      <Flex gap={8}>
        <Button size="small" type="primary" disabled={why !== null} onClick={() => onDecide(item, true)}>
          {words.approve}
        </Button>
        <Button size="small" disabled={why !== null} onClick={() => onDecide(item, false)}>
          {words.reject}
        </Button>
      </Flex>
      {why !== null && <Typography.Text type="secondary">{why}</Typography.Text>}
    </>
  );
}
