import { useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Button, Card, Descriptions, Flex, Form, Input, Select, Tooltip, Typography } from 'antd';
import { meQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { Money } from '../../parts/Money.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useHospital } from '../../shell/HospitalSwitch.tsx';
import { CheckResult } from './CheckResult.tsx';
import type { Order } from './queries.ts';
import { check, orderQuery } from './queries.ts';

const route = getRouteApi('/one-sided');

/** 单边账查询: asks HIS for an order of today, and refunds it where HIS surely has not booked it. */
export function OneSidedPage() {
  const { menu, oneSided: words } = useLabels();
  const navigate = route.useNavigate();
  const asked = useMutation({ mutationFn: check });
  const order = asked.variables;
  return (
    <Page title={menu['one-sided']}>
      <Typography.Paragraph type="secondary">{words.hint}</Typography.Paragraph>
      <Card size="small" style={{ marginBlockEnd: 16 }}>
        <CheckForm
          isAsking={asked.isPending}
          onAsk={(wish) => {
            void navigate({ search: (was) => ({ ...was, order: wish.orderNo, hospital: wish.merchantId }) });
            asked.mutate(wish);
          }}
        />
      </Card>
      <Flex vertical gap={16} style={{ maxWidth: 900 }}>
        {asked.isPending && <Typography.Text role="status">{words.checking}</Typography.Text>}
        {asked.error && <ProblemNote error={asked.error} />}
        {asked.data && order && (
          <>
            <CheckResult
              key={asked.submittedAt}
              check={asked.data}
              order={order}
              onAgain={() => asked.mutate(order)}
            />
            <OrderMoney order={order} />
          </>
        )}
      </Flex>
      {asked.isIdle && <Nothing title={words.emptyTitle} text={words.emptyText} />}
    </Page>
  );
}

type FormProps = { readonly isAsking: boolean; readonly onAsk: (order: Order) => void };

function CheckForm({ isAsking, onAsk }: FormProps) {
  const { oneSided: words, common } = useLabels();
  const { data: me } = useSuspenseQuery(meQuery);
  const { order } = route.useSearch();
  const hospital = useHospital();
  const may = me.roles.includes('operator');
  const [only, ...others] = me.merchants;
  const preset = hospital ?? (others.length === 0 ? only?.id : undefined);
  return (
    <Form<Order>
      // The hospital that is switched to is the one that is asked.
      key={preset ?? ''}
      layout="vertical"
      className="dz-asks"
      initialValues={{ ...(preset === undefined ? {} : { merchantId: preset }), orderNo: order ?? '' }}
      onFinish={({ merchantId, orderNo }) => onAsk({ merchantId, orderNo: orderNo.trim() })}
    >
      <Form.Item
        name="merchantId"
        label={common.hospital}
        rules={[{ required: true, message: words.hospitalNeeded }]}
      >
        <Select
          showSearch={{ optionFilterProp: 'label' }}
          style={{ width: 240 }}
          placeholder={words.hospitalNeeded}
          options={me.merchants.map(({ id, name }) => ({ value: id, label: common.withNote(name, id) }))}
        />
      </Form.Item>
      <Form.Item
        name="orderNo"
        label={common.orderNo}
        rules={[{ required: true, whitespace: true, message: words.orderNeeded }]}
      >
        <Input style={{ width: 280 }} maxLength={64} placeholder={words.orderPlaceholder} allowClear />
      </Form.Item>
      <Tooltip title={may ? '' : words.mayNot}>
        <Button type="primary" htmlType="submit" disabled={!may} loading={isAsking}>
          {words.check}
        </Button>
      </Tooltip>
    </Form>
  );
}

/** What was paid and went back of the order; nothing where it cannot be said. */
function OrderMoney({ order }: { readonly order: Order }) {
  const { oneSided: words } = useLabels();
  const { data } = useQuery(orderQuery(order));
  if (!data) return null;
  const items = [
    [words.paid, data.paidFen],
    [words.refundedSum, data.refundedFen],
    [words.underWay, data.openFen],
    [words.leftToRefund, data.refundableFen],
  ] as const;
  return (
    <Descriptions
      size="small"
      bordered
      column={{ xs: 1, md: 2 }}
      title={words.order}
      items={items.map(([label, fen]) => ({ key: label, label, children: <Money fen={fen} inline /> }))}
    />
  );
}
