import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { App, Form, Input, Radio } from 'antd';
import { api, given } from '../../api/client.ts';
import { meQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { FormDialog } from '../FormDialog.tsx';
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
    <FormDialog<Values>
      title={words.assign}
      okText={words.submit}
      send={save}
      initialValues={{ to: 'ME' }}
      onClose={onClose}
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
    </FormDialog>
  );
}
