import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Form, Input, Typography } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { FormDialog } from '../../parts/FormDialog.tsx';
import { DiffTable } from './DiffTable.tsx';
import type { ProposalRow } from './queries.ts';
import { decideProposal, settingsChanged } from './queries.ts';

export type ProposalStep = 'agree' | 'refuse' | 'withdraw';

type Props = {
  readonly proposal: ProposalRow;
  readonly step: ProposalStep;
  readonly onClose: () => void;
};
type Said = { readonly note?: string };

/** The second administrator's word, or the first one's second thoughts. */
export function DecideProposal({ proposal: { proposalId, changes }, step, onClose }: Props) {
  const { proposals: words } = useLabels().system;
  const { message } = App.useApp();
  const queries = useQueryClient();
  const done = useMutation({
    mutationFn: ({ note = '' }: Said) => decideProposal({ proposalId, step, note: note.trim() }),
    onSuccess: () => {
      void message.success(words.done[step]);
      onClose();
    },
    // Refused, it stands otherwise than it is shown.
    onSettled: () => settingsChanged(queries),
  });
  return (
    <FormDialog<Said>
      width={680}
      title={words.ask[step]}
      okText={words[step]}
      send={done}
      intro={
        <>
          <Typography.Paragraph>{words.hint[step]}</Typography.Paragraph>
          <DiffTable diff={changes} />
        </>
      }
      onClose={onClose}
    >
      {step !== 'withdraw' && (
        <Form.Item
          name="note"
          label={words.note}
          rules={step === 'refuse' ? [{ required: true, whitespace: true, message: words.noteRequired }] : []}
        >
          <Input.TextArea rows={2} maxLength={1000} />
        </Form.Item>
      )}
    </FormDialog>
  );
}
