import { useInfiniteQuery, useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { App, Button, Card, Flex, Form, Input, Table, Typography } from 'antd';
import { useState } from 'react';
import { api, given } from '../../api/client.ts';
import { meQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { FormDialog } from '../../parts/FormDialog.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { countText } from '../../parts/texts.ts';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import { useHospital } from '../../shell/HospitalSwitch.tsx';
import { useLook } from '../../shell/look.ts';
import type { BillInError } from './queries.ts';
import { billErrorsQuery } from './queries.ts';

/** 账单异常处理: rows that could not be read, why, and that somebody has seen to them. */
export function BillErrors() {
  const { exceptions: words, common } = useLabels();
  const { data: me } = useSuspenseQuery(meQuery);
  const list = useInfiniteQuery(billErrorsQuery(useHospital()));
  const [handled, handle] = useState<BillInError | null>(null);
  const bills = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const mayHandle = me.roles.includes('operator');
  return (
    <>
      <Typography.Paragraph type="secondary">
        {words.billsHint}
        {!mayHandle && ` ${words.mayNotHandle}`}
      </Typography.Paragraph>
      {list.error && <ProblemNote error={list.error} />}
      {list.isPending && <Card loading />}
      {list.data && bills.length === 0 && <Nothing title={words.billsNone} text={words.billsNoneText} />}
      <Flex vertical gap={12}>
        {bills.map((bill) => (
          <Bill
            key={`${bill.merchantId} ${bill.id}`}
            bill={bill}
            onHandle={mayHandle ? () => handle(bill) : null}
          />
        ))}
      </Flex>
      {list.hasNextPage && (
        <Button
          loading={list.isFetching}
          onClick={() => void list.fetchNextPage()}
          style={{ marginBlockStart: 12 }}
        >
          {common.loadMore}
        </Button>
      )}
      {handled && <HandleDialog bill={handled} onClose={() => handle(null)} />}
    </>
  );
}

type BillProps = { readonly bill: BillInError; readonly onHandle: (() => void) | null };

function Bill({ bill, onHandle }: BillProps) {
  const { exceptions: words, codes } = useLabels();
  const { language } = useLook();
  const nameOf = useMerchantName();
  const { merchantId, date, book, channel, fileName, errorRows, rows } = bill;
  const from = [nameOf(merchantId), date, channel === null ? codes.book[book] : codes.channel[channel]];
  return (
    <Card
      size="small"
      title={`${from.join(' · ')} · ${words.errorRows} ${countText(errorRows)}`}
      extra={
        <Button type="primary" disabled={onHandle === null} onClick={() => onHandle?.()}>
          {words.handle}
        </Button>
      }
    >
      <Typography.Paragraph type="secondary">
        {`${words.file} ${fileName}`}
        {rows.length < errorRows && ` · ${words.firstRows(countText(rows.length))}`}
      </Typography.Paragraph>
      <Table
        size="small"
        pagination={rows.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
        rowKey={({ line, column }) => `${line} ${column ?? ''}`}
        dataSource={rows.slice()}
        columns={[
          { title: words.line, width: 80, align: 'right', dataIndex: 'line' },
          { title: words.column, width: 140, render: (_, { column }) => column ?? '—' },
          {
            title: words.problem,
            render: (_, { message, messageZh }) =>
              language === 'zh' && messageZh !== '' ? messageZh : message,
          },
          {
            title: words.raw,
            width: '36%',
            render: (_, { raw }) => (
              <span className="dz-id" style={{ overflowWrap: 'anywhere' }}>
                {raw}
              </span>
            ),
          },
        ]}
      />
    </Card>
  );
}

type Handled = { readonly note: string };

function HandleDialog({ bill, onClose }: { readonly bill: BillInError; readonly onClose: () => void }) {
  const { exceptions: words, cases, common } = useLabels();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const done = useMutation({
    mutationFn: ({ note }: Handled) =>
      given(
        api.POST('/api/v1/bill-errors/{id}/handled', {
          params: { path: { id: bill.id } },
          body: { merchantId: bill.merchantId, note: note.trim() },
        }),
      ),
    onSuccess: () => {
      void message.success(words.handled);
      void queries.invalidateQueries({ queryKey: ['bill-errors'] });
      onClose();
    },
  });
  return (
    <FormDialog<Handled>
      title={words.handle}
      okText={cases.submit}
      send={done}
      intro={<Typography.Paragraph>{words.handleHint}</Typography.Paragraph>}
      onClose={onClose}
    >
      <Form.Item
        name="note"
        label={common.note}
        rules={[{ required: true, whitespace: true, message: cases.noteRequired }]}
      >
        <Input.TextArea rows={2} maxLength={500} />
      </Form.Item>
    </FormDialog>
  );
}
