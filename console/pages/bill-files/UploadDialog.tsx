import { InboxOutlined } from '@ant-design/icons';
import { useIsMutating, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Button, DatePicker, Flex, Form, Modal, Progress, Select, Tooltip, Typography, Upload } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState } from 'react';
import type { Book, Channel } from '../../../domain/entry.ts';
import { BOOKS } from '../../../domain/entry.ts';
import { merchantsQuery, meQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { useOnce } from '../../parts/useOnce.ts';
import { useHospital } from '../../shell/HospitalSwitch.tsx';
import type { Upload as Wish } from './queries.ts';
import { UploadRefused, UploadResult } from './UploadResult.tsx';
import { UPLOAD_KEY, useUpload } from './useUpload.ts';

const MAY_UPLOAD = ['operator', 'admin'] as const;
type Fields = {
  readonly merchantId: string;
  readonly book: Book;
  readonly channel?: Channel;
  readonly date?: Dayjs | null;
};

/** The button that brings a bill, what it asks, and how it came out. */
export function UploadDialog() {
  const { billFiles: words } = useLabels();
  const { data: me } = useSuspenseQuery(meQuery);
  const [isOpen, setOpen] = useState(false);
  const { upload, share } = useUpload(isOpen);
  const uploadOnce = useOnce(upload);
  const isSending = useIsMutating({ mutationKey: UPLOAD_KEY }) > 0;
  const may = MAY_UPLOAD.some((role) => me.roles.includes(role));
  return (
    <>
      <Tooltip title={may ? '' : words.mayNotUpload}>
        <Button type="primary" disabled={!may} loading={isSending} onClick={() => setOpen(true)}>
          {words.upload}
        </Button>
      </Tooltip>
      <Modal
        title={words.uploadTitle}
        open={isOpen}
        onCancel={() => setOpen(false)}
        afterClose={() => {
          if (!upload.isPending) upload.reset();
        }}
        footer={null}
        destroyOnHidden
      >
        {upload.isPending ? (
          <Sending share={share} />
        ) : upload.data ? (
          <UploadResult uploaded={upload.data} onAnother={() => upload.reset()} />
        ) : (
          <>
            {upload.error && <UploadRefused error={upload.error} />}
            <UploadForm onSend={uploadOnce} />
          </>
        )}
      </Modal>
    </>
  );
}

function Sending({ share }: { readonly share: number }) {
  const { billFiles: words } = useLabels();
  const percent = Math.floor(share * 100);
  return (
    <Flex vertical gap={8} role="status">
      <Typography.Text>{share < 1 ? words.sending(`${percent}%`) : words.reading}</Typography.Text>
      <Progress percent={percent} showInfo={false} status="active" aria-label={words.uploadTitle} />
      <Typography.Text type="secondary">{words.leave}</Typography.Text>
    </Flex>
  );
}

function UploadForm({ onSend }: { readonly onSend: (wish: Wish) => void }) {
  const { billFiles: words, codes, common } = useLabels();
  const [form] = Form.useForm<Fields>();
  const [file, setFile] = useState<File | null>(null);
  const [isFileMissed, setFileMissed] = useState(false);
  const hospital = useHospital();
  const { data: merchants } = useQuery(merchantsQuery);
  const merchantId = Form.useWatch('merchantId', form);
  const items = merchants?.items ?? [];
  const channels = items.find(({ id }) => id === merchantId)?.channels ?? [];
  return (
    <Form<Fields>
      form={form}
      layout="vertical"
      initialValues={{ merchantId: hospital }}
      onFinish={({ merchantId: id, book, channel, date }) => {
        setFileMissed(file === null);
        if (file === null) return;
        onSend({ merchantId: id, book, channel, date: date?.format('YYYY-MM-DD'), file });
      }}
    >
      <Typography.Paragraph type="secondary">{words.uploadText}</Typography.Paragraph>
      <Flex gap={12}>
        <Form.Item
          name="merchantId"
          label={common.hospital}
          rules={[{ required: true, message: common.hospital }]}
          style={{ flex: 1, minWidth: 0 }}
        >
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            options={items.map(({ id, name }) => ({ value: id, label: common.withNote(name, id) }))}
          />
        </Form.Item>
        <Form.Item
          name="book"
          label={words.book}
          rules={[{ required: true, message: words.bookNeeded }]}
          style={{ flex: 1, minWidth: 0 }}
        >
          <Select options={BOOKS.map((value) => ({ value, label: codes.book[value] }))} />
        </Form.Item>
      </Flex>
      <Flex gap={12}>
        <Form.Item
          name="channel"
          label={common.channel}
          extra={words.channelHint}
          style={{ flex: 1, minWidth: 0 }}
        >
          <Select
            allowClear
            options={channels.map(({ channel }) => ({ value: channel, label: codes.channel[channel] }))}
          />
        </Form.Item>
        <Form.Item name="date" label={words.date} extra={words.dateHint} style={{ flex: 1, minWidth: 0 }}>
          <DatePicker style={{ width: '100%' }} />
        </Form.Item>
      </Flex>
      <Form.Item
        required
        label={words.fileName}
        {...(isFileMissed && file === null
          ? { validateStatus: 'error' as const, help: words.fileNeeded }
          : {})}
      >
        <Upload.Dragger
          maxCount={1}
          fileList={file === null ? [] : [{ uid: '1', name: file.name }]}
          beforeUpload={(chosen) => {
            setFile(chosen);
            return false;
          }}
          onRemove={() => setFile(null)}
        >
          <p>
            <InboxOutlined style={{ fontSize: 28 }} />
          </p>
          <p>{words.choose}</p>
          <Typography.Text type="secondary">{words.chooseHint}</Typography.Text>
        </Upload.Dragger>
      </Form.Item>
      <Button type="primary" htmlType="submit" block>
        {words.start}
      </Button>
    </Form>
  );
}
