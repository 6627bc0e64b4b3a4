import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Alert, Button, Checkbox, Flex, Form, Input, Modal, Table, Typography } from 'antd';
import { useState } from 'react';
import { api, given } from '../../api/client.ts';
import { meQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { casesChanged } from '../../parts/case/queries.ts';
import { useIntention } from '../../parts/case/useIntention.ts';
import { VerdictTag } from '../../parts/CodeTag.tsx';
import { Money } from '../../parts/Money.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { countText } from '../../parts/texts.ts';
import { useFocusBack } from '../../parts/useFocusBack.ts';
import { useOnce } from '../../parts/useOnce.ts';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import { useLook } from '../../shell/look.ts';
import type { ExceptionItem } from './queries.ts';

const MOST_AT_ONCE = 200;
type Props = { readonly rows: readonly ExceptionItem[]; readonly onDone: () => void };

/** 批量平账 of what is chosen: seen before it is done, each with its own result afterwards. */
export function BulkWriteOff({ rows, onDone }: Props) {
  const { exceptions: words } = useLabels();
  const { data: me } = useSuspenseQuery(meQuery);
  const [isOpen, setOpen] = useState(false);
  const why = !me.roles.includes('operator')
    ? words.bulkNotOperator
    : rows.length === 0
      ? words.bulkNone
      : rows.length > MOST_AT_ONCE
        ? words.bulkMost(countText(MOST_AT_ONCE))
        : null;
  return (
    <Flex align="center" gap={8}>
      <Typography.Text type="secondary">{why ?? words.selected(countText(rows.length))}</Typography.Text>
      <Button disabled={why !== null} onClick={() => setOpen(true)}>
        {words.bulk}
      </Button>
      {isOpen && (
        <Dialog
          rows={rows}
          onClose={(isDone) => {
            setOpen(false);
            if (isDone) onDone();
          }}
        />
      )}
    </Flex>
  );
}

type DialogProps = {
  readonly rows: readonly ExceptionItem[];
  readonly onClose: (isDone: boolean) => void;
};
type Values = { readonly note: string; readonly confirmCrossDay?: boolean };

function Dialog({ rows, onClose }: DialogProps) {
  useFocusBack();
  const { exceptions: words, cases, common } = useLabels();
  const { language } = useLook();
  const nameOf = useMerchantName();
  const queries = useQueryClient();
  const [form] = Form.useForm<Values>();
  const intention = useIntention();
  const [shown] = useState(rows);
  const done = useMutation({
    mutationFn: ({ note, confirmCrossDay = false }: Values) => {
      const ids = shown.map(({ id }) => id);
      const body = { action: 'WRITE_OFF' as const, ids, note: note.trim(), confirmCrossDay };
      return given(
        api.POST('/api/v1/exceptions/bulk', {
          params: { header: { 'idempotency-key': intention.keyFor(body) } },
          body,
        }),
      );
    },
    onSuccess: () => {
      intention.settled();
      casesChanged(queries);
    },
  });
  const writeOffOnce = useOnce(done);
  const results = new Map(done.data?.items.map((item) => [item.id, item]));
  const refused = [...results.values()].filter(({ code }) => code !== null).length;
  const hospitals = [...Map.groupBy(shown, ({ merchantId }) => merchantId)];
  const resultText = (id: string) => {
    const item = results.get(id);
    if (!item) return common.none;
    if (item.result) return cases.actionState[item.result.state];
    return (language === 'zh' ? item.detailZh : null) ?? item.detail ?? common.none;
  };
  return (
    <Modal
      open
      width={820}
      title={words.bulk}
      okText={done.data ? common.close : cases.submit}
      cancelText={common.cancel}
      confirmLoading={done.isPending}
      mask={{ closable: false }}
      onOk={() => (done.data ? onClose(true) : form.submit())}
      onCancel={() => onClose(done.data !== undefined)}
    >
      {done.error && <ProblemNote error={done.error} />}
      <Alert
        type={refused > 0 ? 'warning' : 'info'}
        title={
          done.data ? words.bulkDone(countText(results.size - refused), countText(refused)) : words.bulkHint
        }
        style={{ marginBlockEnd: 12 }}
      />
      <Flex wrap gap={16} style={{ marginBlockEnd: 8 }}>
        <span>{words.selected(countText(shown.length))}</span>
        {hospitals.length > 1 &&
          hospitals.map(([merchantId, own]) => (
            <span key={merchantId}>
              {`${nameOf(merchantId)} ${common.orders(countText(own.length))} `}
              <Money fen={sumOf(own)} inline />
            </span>
          ))}
        <span>
          {`${words.bulkSum} `}
          <Money fen={sumOf(shown)} inline />
        </span>
      </Flex>
      <Table<ExceptionItem>
        size="small"
        rowKey="id"
        pagination={false}
        scroll={{ y: 220 }}
        dataSource={shown.slice()}
        columns={[
          {
            title: common.orderNo,
            width: 220,
            render: (_, { orderNo }) => <span className="dz-id">{orderNo}</span>,
          },
          { title: words.type, width: 120, render: (_, { type }) => <VerdictTag code={type} /> },
          {
            title: common.amount,
            width: 110,
            align: 'right',
            render: (_, row) => <Money fen={stakeOf(row)} />,
          },
          { title: words.result, render: (_, { id }) => resultText(id) },
        ]}
      />
      {!done.data && (
        <Form form={form} layout="vertical" style={{ marginBlockStart: 12 }} onFinish={writeOffOnce}>
          {shown.some(({ possiblyCrossDay }) => possiblyCrossDay) && (
            <Form.Item name="confirmCrossDay" valuePropName="checked">
              <Checkbox>{words.bulkCross}</Checkbox>
            </Form.Item>
          )}
          <Form.Item
            name="note"
            label={common.note}
            rules={[{ required: true, whitespace: true, message: cases.noteRequired }]}
          >
            <Input.TextArea rows={2} maxLength={500} placeholder={cases.noteHint} />
          </Form.Item>
        </Form>
      )}
    </Modal>
  );
}

function sumOf(rows: readonly ExceptionItem[]): bigint {
  return rows.reduce((sum, row) => sum + stakeOf(row), 0n);
}

function stakeOf({ channelFen, platformFen, merchantFen }: ExceptionItem): bigint {
  return BigInt(channelFen ?? platformFen ?? merchantFen ?? '0');
}
