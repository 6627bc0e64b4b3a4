import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { App, Form, Input, Modal, Radio } from 'antd';
import { api, given } from '../../api/client.ts';
import { meQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { ProblemNote } from '../ProblemNote.tsx';
import type { CaseDetail } from './queries.ts';
import { casesChanged } from './queries.ts';

type Props = { readonly detail: CaseDetail; readonly onClose: () => void };
type Values = { readonly to: 'ME' | 'NOBODY'; readonly note?: string };

/** Who sees to it, and what others should know. */
export function AssignDialog({ detail: { id, assignee }, onClose }: Props) {
  const { cases: words, common } = useLabels();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const { data: me } = useSuspenseQuery(meQuery);
  const [form] = Form.useForm<Values>();
  const save = useMutation({
    mutationFn: ({ to, note = '' }: Values) =>
      given(
        api.POST('/api/v1/exceptions/{id}/assign', {
          params: { path: { id } },
          body: { assignee: to === 'ME' ? me.user : null, note: note.trim() },
        }),
      ),
    onSuccess: () => {
      void message.success(words.assigned);
      casesChanged(queries);
      onClose();
    },
  });
  return (
    <Modal
      open
      title={words.assign}
      okText={words.submit}
      cancelText={common.cancel}
      confirmLoading={save.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      {save.error && <ProblemNote error={save.error} />}
      <Form
        form={form}
        layout="vertical"
        initialValues={{ to: 'ME' }}
        onFinish={(values) => save.mutate(values)}
      >
        <Form.Item name="to" label={`${words.assignee}${common.colon}${assignee ?? words.nobody}`}>
          <Radio.Group
            options={[
              { value: 'ME', label: words.takeOver },
              { value: 'NOBODY', label: words.giveBack },
            ]}
          />
        </Form.Item>
        <Form.Item name="note" label={common.note}>
          <Input.TextArea rows={3} maxLength={1000} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
