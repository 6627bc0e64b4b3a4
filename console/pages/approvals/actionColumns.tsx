import type { TableColumnsType } from 'antd';
import { Button, Flex, Tag, Typography } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { useOpenCase } from '../../parts/case/openCase.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import { Money } from '../../parts/Money.tsx';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import type { ActionItem } from './queries.ts';

type Wish = {
  readonly me: { readonly user: string; readonly roles: readonly string[] };
  readonly isAll: boolean;
  readonly onDecide: (item: ActionItem, isAgreed: boolean) => void;
};

export function useActionColumns({ me, isAll, onDecide }: Wish): TableColumnsType<ActionItem> {
  const { approvals: words, cases, common } = useLabels();
  const nameOf = useMerchantName();
  const openCase = useOpenCase();
  const money: TableColumnsType<ActionItem> = [
    {
      title: words.before,
      width: 116,
      align: 'right',
      render: (_, { balances }) => <Money fen={balances?.before.refundableFen ?? null} />,
    },
    {
      title: words.after,
      width: 116,
      align: 'right',
      render: (_, { balances }) => <Money fen={balances?.after.refundableFen ?? null} />,
    },
    {
      title: cases.actions,
      width: 190,
      // Always in sight: it is what people come here for.
      fixed: 'right',
      render: (_, item) => <Decide item={item} me={me} onDecide={onDecide} />,
    },
  ];
  const past: TableColumnsType<ActionItem> = [
    { title: words.decidedBy, width: 110, render: (_, { decidedBy }) => decidedBy ?? common.none },
    { title: common.status, width: 110, render: (_, { state }) => <Tag>{cases.actionState[state]}</Tag> },
  ];
  return [
    { title: words.askedAt, width: 130, render: (_, { askedAt }) => <BeijingTime at={askedAt} /> },
    { title: words.askedBy, width: 100, ellipsis: true, dataIndex: 'operator' },
    { title: words.action, width: 120, render: (_, { action }) => cases.action[action] },
    {
      title: common.amount,
      width: 116,
      align: 'right',
      render: (_, { amountFen }) => <Money fen={amountFen} />,
    },
    { title: common.hospital, width: 130, ellipsis: true, render: (_, { merchantId }) => nameOf(merchantId) },
    {
      title: common.orderNo,
      width: 220,
      render: (_, { caseId, orderNo }) => (
        <Button
          type="link"
          size="small"
          className="dz-id"
          title={words.openCase}
          onClick={() => openCase(caseId)}
        >
          {orderNo}
        </Button>
      ),
    },
    { title: common.note, width: 160, ellipsis: true, dataIndex: 'note' },
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
