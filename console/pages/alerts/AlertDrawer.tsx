import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { App, Button, Drawer, Form, Input, Typography } from 'antd';
import { localOfInstant } from '../../../domain/businessDate.ts';
import { meQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import type { Labels } from '../../labels/zh.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import { AlertStateTag, SeverityTag } from '../../parts/CodeTag.tsx';
import { CopyableId } from '../../parts/CopyableId.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { Money } from '../../parts/Money.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useNow } from '../../parts/useNow.ts';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import { AlertOrders } from './AlertOrders.tsx';
import { alertSubject } from './alertSubject.ts';
import { evidenceLines } from './evidence.ts';
import { NextStep } from './NextStep.tsx';
import type { AlertItem } from './queries.ts';
import { acknowledge, alertsChanged } from './queries.ts';
import { beijingText, countText } from '../../parts/texts.ts';

type Props = { readonly alert: AlertItem | null; readonly onClose: () => void };

export function AlertDrawer({ alert, onClose }: Props) {
  const { codes } = useLabels();
  return (
    <Drawer
      open={alert !== null}
      onClose={onClose}
      size={640}
      title={alert === null ? '' : codes.alertKind[alert.kind]}
      destroyOnHidden
    >
      {alert !== null && <Details alert={alert} />}
    </Drawer>
  );
}

function Details({ alert }: { readonly alert: AlertItem }) {
  const labels = useLabels();
  const { alerts: words, common } = labels;
  const nameOf = useMerchantName();
  const facts = [
    [words.severity, <SeverityTag key="v" code={alert.severity} />],
    [common.status, <AlertStateTag key="v" code={alert.state} />],
    [common.hospital, alert.merchantId === '' ? common.none : nameOf(alert.merchantId)],
    [words.subject, alertSubject(alert, labels)],
    [words.since, <BeijingTime key="v" at={alert.since} />],
    [words.until, <BeijingTime key="v" at={alert.until} />],
    [words.openedAt, <BeijingTime key="v" at={alert.openedAt} />],
    [words.updatedAt, <BeijingTime key="v" at={alert.updatedAt} />],
    [words.closedAt, <BeijingTime key="v" at={alert.closedAt} />],
    // A day or a bill that is missing is of no order.
    ...(alert.orders === 0 ? [] : ordersOf(alert, labels)),
    ...evidenceLines(alert.evidence, labels),
    [words.id, <CopyableId key="v" id={alert.alertId} most={16} />],
  ] as const;
  return (
    <>
      {alert.state === 'OPEN' && <NextStep alert={alert} />}
      <Facts facts={facts} />
      {alert.acknowledgedBy === null ? (
        <Acknowledge alertId={alert.alertId} />
      ) : (
        <Acknowledged alert={alert} />
      )}
      {alert.orders > 0 && alert.merchantId !== '' && <AlertOrders alertId={alert.alertId} />}
    </>
  );
}

function ordersOf({ orders, left, amountFen }: AlertItem, { alerts: words, common }: Labels) {
  return [
    [words.orders, common.orders(countText(orders))],
    [words.left, common.orders(countText(left))],
    [common.amount, <Money key="v" fen={amountFen === '0' ? null : amountFen} inline />],
  ] as const;
}

function Acknowledged({ alert }: { readonly alert: AlertItem }) {
  const { alerts: words } = useLabels();
  const nowMs = useNow(60_000);
  const at = alert.acknowledgedAt;
  const time = at === null ? '' : beijingText(Date.parse(at), nowMs);
  return (
    <Typography.Paragraph style={{ marginBlockStart: 16 }}>
      <span title={at === null ? '' : localOfInstant(Date.parse(at))}>
        {words.acknowledgedBy(alert.acknowledgedBy ?? '', time)}
      </span>
      {alert.note !== '' && <Typography.Text type="secondary"> {alert.note}</Typography.Text>}
    </Typography.Paragraph>
  );
}

const MAY_ACKNOWLEDGE = ['operator', 'approver', 'admin'] as const;

function Acknowledge({ alertId }: { readonly alertId: string }) {
  const { alerts: words, common } = useLabels();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const { data: me } = useSuspenseQuery(meQuery);
  const seen = useMutation({
    mutationFn: acknowledge,
    onSuccess: () => {
      void message.success(words.done);
      alertsChanged(queries);
    },
  });
  const mayAcknowledge = MAY_ACKNOWLEDGE.some((role) => me.roles.includes(role));
  return (
    <Form<{ note?: string }>
      layout="vertical"
      style={{ marginBlockStart: 16 }}
      onFinish={({ note = '' }) => seen.mutate({ alertId, note: note.trim() })}
    >
      {seen.error && <ProblemNote error={seen.error} />}
      <Form.Item name="note" label={common.note}>
        <Input.TextArea
          rows={2}
          maxLength={1000}
          placeholder={words.notePlaceholder}
          disabled={!mayAcknowledge}
        />
      </Form.Item>
      <Button type="primary" htmlType="submit" disabled={!mayAcknowledge} loading={seen.isPending}>
        {words.acknowledge}
      </Button>
      <Typography.Text type="secondary" style={{ marginInlineStart: 12 }}>
        {mayAcknowledge ? words.acknowledgeHint : words.mayNotAcknowledge}
      </Typography.Text>
    </Form>
  );
}
