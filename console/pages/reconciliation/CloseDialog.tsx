import { useIsMutating, useSuspenseQuery } from '@tanstack/react-query';
import { Button, DatePicker, Form, Input, Modal, Select, Tooltip, Typography } from 'antd';
import type { Dayjs } from 'dayjs';
import dayjs from 'dayjs';
import { useState } from 'react';
import { addDays, businessDateOf } from '../../../domain/businessDate.ts';
import { meQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { useOnce } from '../../parts/useOnce.ts';
import { useNow } from '../../parts/useNow.ts';
import type { RunMode } from './queries.ts';
import { CLOSE_KEY, MAY_CLOSE, useCloseDay } from './useCloseDay.tsx';

type Props = {
  readonly hospitals: readonly { readonly id: string; readonly name: string; readonly mode: RunMode }[];
  /** Of the day that is run again. */
  readonly merchantId?: string | undefined;
  readonly date?: string;
  readonly isAgain?: boolean;
};
type Fields = { readonly merchantId: string; readonly date: Dayjs; readonly reason?: string };

/** The button that runs a day, and what it asks before. */
export function CloseDialog({ hospitals, merchantId, date, isAgain = false }: Props) {
  const { threeWay: words, common } = useLabels();
  const { data: me } = useSuspenseQuery(meQuery);
  const [isOpen, setOpen] = useState(false);
  const [form] = Form.useForm<Fields>();
  const closeOnce = useOnce(useCloseDay());
  const isClosing = useIsMutating({ mutationKey: CLOSE_KEY }) > 0;
  const may = MAY_CLOSE.some((role) => me.roles.includes(role));
  const today = businessDateOf(useNow(60_000));
  const title = isAgain ? words.closeAgain : words.close;
  return (
    <>
      <Tooltip title={may ? '' : words.mayNotClose}>
        <Button
          type={isAgain ? 'default' : 'primary'}
          disabled={!may || hospitals.length === 0}
          loading={isClosing}
          onClick={() => setOpen(true)}
        >
          {title}
        </Button>
      </Tooltip>
      <Modal
        title={title}
        open={isOpen}
        onCancel={() => setOpen(false)}
        onOk={() => form.submit()}
        okText={title}
        cancelText={common.cancel}
        destroyOnHidden
      >
        <Typography.Paragraph type="secondary">{words.closeAgainText}</Typography.Paragraph>
        <Form<Fields>
          form={form}
          layout="vertical"
          initialValues={{
            ...(hospitals.some(({ id }) => id === merchantId) ? { merchantId } : {}),
            date: dayjs(date ?? addDays(today, -1)),
          }}
          onFinish={({ merchantId: id, date: day, reason = '' }) => {
            setOpen(false);
            closeOnce({ merchantId: id, date: day.format('YYYY-MM-DD'), reason: reason.trim() });
          }}
        >
          <Form.Item
            name="merchantId"
            label={common.hospital}
            rules={[{ required: true, message: common.hospital }]}
          >
            <Select
              disabled={isAgain}
              showSearch={{ optionFilterProp: 'label' }}
              options={hospitals.map(({ id, name }) => ({ value: id, label: common.withNote(name, id) }))}
            />
          </Form.Item>
          <Form.Item
            name="date"
            label={words.closeDate}
            rules={[{ required: true, message: words.closeDate }]}
          >
            <DatePicker
              disabled={isAgain}
              allowClear={false}
              maxDate={dayjs(today)}
              style={{ width: '100%' }}
            />
          </Form.Item>
          <Form.Item name="reason" label={words.closeReason} extra={words.closeReasonHint}>
            <Input.TextArea rows={2} maxLength={1000} />
          </Form.Item>
        </Form>
      </Modal>
    </>
  );
}
