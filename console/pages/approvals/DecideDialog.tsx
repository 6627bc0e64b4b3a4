import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Form, Input, Typography } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { OutcomeNote } from '../../parts/case/OutcomeNote.tsx';
import { casesChanged } from '../../parts/case/queries.ts';
import { useIntention } from '../../parts/case/useIntention.ts';
import { FormDialog } from '../../parts/FormDialog.tsx';
import { moneyText } from '../../parts/texts.ts';
import type { ActionItem } from './queries.ts';
import { decide } from './queries.ts';

type Props = { readonly item: ActionItem; readonly isAgreed: boolean; readonly onClose: () => void };
type Said = { readonly note?: string };

/** The second person's word, with its reason. */
export function DecideDialog({ item, isAgreed, onClose }: Props) {
  const { approvals: words, cases } = useLabels();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const intention = useIntention();
  const { actionId, action, amountFen, orderNo, operator } = item;
  const done = useMutation({
    mutationFn: ({ note = '' }: Said) => {
      const said = { actionId, isAgreed, note: note.trim() };
      return decide({ ...said, key: intention.keyFor(said) });
    },
    onSuccess: (answer) => {
      intention.settled();
      casesChanged(queries);
      if (answer.state === 'FAILED' || answer.state === 'REFUSED') return;
      void message.success(isAgreed ? words.approved : words.rejected);
      onClose();
    },
  });
  const what = [
    cases.action[action],
    amountFen === null ? '' : moneyText(amountFen),
    orderNo,
    `${words.askedBy} ${operator}`,
  ].filter((text) => text !== '');
  return (
    <FormDialog<Said>
      title={isAgreed ? words.approveTitle : words.rejectTitle}
      okText={isAgreed ? words.approve : words.reject}
      send={done}
      intro={
        <>
          <Typography.Paragraph strong>{what.join(' · ')}</Typography.Paragraph>
          <Typography.Paragraph>{isAgreed ? words.approveHint : words.rejectHint}</Typography.Paragraph>
          {done.data && <OutcomeNote answer={done.data} />}
        </>
      }
      onClose={onClose}
    >
      <Form.Item
        name="note"
        label={words.reason}
        rules={isAgreed ? [] : [{ required: true, whitespace: true, message: words.reasonRequired }]}
      >
        <Input.TextArea rows={2} maxLength={1000} />
      </Form.Item>
    </FormDialog>
  );
}
