import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Button, Card, Descriptions, Flex, Form, Input, Select, Typography } from 'antd';
import { useState } from 'react';
import { meQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { useOpenCase } from '../../parts/case/openCase.ts';
import { CaseStatusTag, VerdictTag } from '../../parts/CodeTag.tsx';
import { CopyableId } from '../../parts/CopyableId.tsx';
import { Money } from '../../parts/Money.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { moneyText } from '../../parts/texts.ts';
import { useHospital } from '../../shell/HospitalSwitch.tsx';
import { OrderRefundDialog } from './OrderRefundDialog.tsx';
import type { OrderAnswer } from './queries.ts';
import { orderQuery } from './queries.ts';

const route = getRouteApi('/exceptions');

/** 订单自助退款: an order by its number, what of it may go back, and the way to give it back. */
export function OrderRefund() {
  const { exceptions: words, common } = useLabels();
  const { data: me } = useSuspenseQuery(meQuery);
  const { order } = route.useSearch();
  const merchantId = useHospital();
  const navigate = route.useNavigate();
  return (
    <>
      <Typography.Paragraph type="secondary">{words.order}</Typography.Paragraph>
      <Form<{ order: string; hospital: string }>
        // Going back shows another order: the form must say which one it is that is paid back.
        key={`asked ${merchantId ?? ''} ${order ?? ''}`}
        layout="vertical"
        className="dz-asks"
        initialValues={{ order, hospital: merchantId }}
        onFinish={(said) =>
          void navigate({ search: (was) => ({ ...was, order: said.order.trim(), hospital: said.hospital }) })
        }
      >
        <Form.Item
          name="hospital"
          label={common.hospital}
          rules={[{ required: true, message: words.hospitalRequired }]}
        >
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            style={{ width: 240 }}
            placeholder={words.hospitalRequired}
            options={me.merchants.map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Form.Item>
        <Form.Item
          name="order"
          label={common.orderNo}
          rules={[{ required: true, whitespace: true, message: words.orderRequired }]}
        >
          <Input maxLength={64} style={{ width: 280 }} className="dz-id" />
        </Form.Item>
        <Button type="primary" htmlType="submit">
          {words.find}
        </Button>
      </Form>
      {order !== undefined && merchantId !== undefined && (
        <Found key={`found ${merchantId} ${order}`} merchantId={merchantId} orderNo={order} />
      )}
    </>
  );
}

function Found({ merchantId, orderNo }: { readonly merchantId: string; readonly orderNo: string }) {
  const { data, error, isPending } = useQuery(orderQuery(merchantId, orderNo));
  if (error) return <ProblemNote error={error} />;
  return isPending ? <Card loading /> : <Order order={data} />;
}

function Order({ order }: { readonly order: OrderAnswer }) {
  const { exceptions: words, cases, common } = useLabels();
  const { data: me } = useSuspenseQuery(meQuery);
  const openCase = useOpenCase();
  const [isOpen, setOpen] = useState(false);
  const why = !me.roles.includes('operator')
    ? words.mayNotRefund
    : order.refundableFen === '0'
      ? words.nothingRefundable
      : null;
  const items = [
    [common.orderNo, <CopyableId key="v" id={order.orderNo} />],
    [cases.paid, <Money key="v" fen={order.paidFen} inline />],
    [cases.refunded, <Money key="v" fen={order.refundedFen} inline />],
    [cases.open, <Money key="v" fen={order.openFen} inline />],
    [cases.refundable, <Money key="v" fen={order.refundableFen} inline />],
  ] as const;
  return (
    <Card size="small">
      <Descriptions
        size="small"
        column={3}
        items={items.map(([label, children], key) => ({ key, label, children }))}
      />
      <Flex align="center" gap={8} style={{ marginBlock: 12 }}>
        <Button type="primary" disabled={why !== null} onClick={() => setOpen(true)}>
          {words.refund}
        </Button>
        <Typography.Text type="secondary">{why}</Typography.Text>
      </Flex>
      {order.refunds.map(({ refundNo, amountFen, state }) => (
        <Flex key={`${refundNo ?? ''}${amountFen}`} wrap gap={12}>
          <span>{cases.refunds}</span>
          <CopyableId id={refundNo} />
          <span>{`${moneyText(amountFen)} · ${cases.attempt[state]}`}</span>
        </Flex>
      ))}
      <Typography.Text type="secondary">
        {order.cases.length === 0 ? words.noCases : words.orderCases}
      </Typography.Text>
      {order.cases.map(({ id, status, exception }) => (
        <Flex key={id} align="center" gap={8}>
          {exception && <VerdictTag code={exception.type} />}
          <CaseStatusTag code={status} />
          <Button type="link" onClick={() => openCase(id)}>
            {common.details}
          </Button>
        </Flex>
      ))}
      {isOpen && <OrderRefundDialog order={order} onClose={() => setOpen(false)} />}
    </Card>
  );
}
