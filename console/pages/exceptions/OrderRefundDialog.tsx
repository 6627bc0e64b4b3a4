import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Form, Input } from 'antd';
import { useState } from 'react';
import { merchantsQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { refundOrder, sendOrderCode } from '../../parts/case/actOnCase.ts';
import { AmountField, fenOf } from '../../parts/case/AmountField.tsx';
import type { CodeSent } from '../../parts/case/CodeField.tsx';
import { CodeField } from '../../parts/case/CodeField.tsx';
import { OutcomeNote } from '../../parts/case/OutcomeNote.tsx';
import type { ActionAnswer } from '../../parts/case/queries.ts';
import { casesChanged } from '../../parts/case/queries.ts';
import { useIntention } from '../../parts/case/useIntention.ts';
import { FormDialog } from '../../parts/FormDialog.tsx';
import { moneyText } from '../../parts/texts.ts';
import type { OrderAnswer } from './queries.ts';

type Props = { readonly order: OrderAnswer; readonly onClose: () => void };
type Values = { readonly amount: string; readonly verificationCode: string; readonly note: string };

/** A refund of an order, or of a part of it, with a code for its amount. */
export function OrderRefundDialog({ order, onClose }: Props) {
  const { exceptions: words, cases, common } = useLabels();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Values>();
  const [sent, setSent] = useState<CodeSent | null>(null);
  const intention = useIntention();
  const { merchantId, orderNo } = order;
  const act = useMutation({
    mutationFn: ({ amount, verificationCode, note }: Values) => {
      const said = { merchantId, orderNo, caseId: null, amountFen: fenOf(amount) ?? '', note: note.trim() };
      return refundOrder({ ...said, verificationCode, key: intention.keyFor(said) });
    },
    onSuccess: (answer) => {
      intention.settled();
      casesChanged(queries);
      const { state } = answer;
      if (state === 'FAILED' || state === 'REFUSED') return;
      const said = state === 'DONE' ? cases.done : state === 'PROCESSING' ? cases.processing : cases.waits;
      void message.success(said(cases.action.SELF_REFUND));
      onClose();
    },
  });
  const sendCode = async (): Promise<CodeSent> => {
    const { amount } = await form.validateFields(['amount']);
    return sendOrderCode({ merchantId, orderNo, caseId: null, amountFen: fenOf(amount) ?? '' });
  };
  const yuan = moneyText(order.refundableFen).replaceAll(/[¥,]/g, '');
  return (
    <FormDialog<Values>
      title={words.refund}
      okText={cases.submit}
      send={act}
      form={form}
      initialValues={{ amount: yuan }}
      intro={<Notes order={order} answer={act.data} />}
      onClose={onClose}
    >
      <AmountField mostFen={order.refundableFen} />
      <CodeField send={sendCode} sent={sent} onSent={setSent} />
      <Form.Item
        name="note"
        label={common.note}
        rules={[{ required: true, whitespace: true, message: cases.noteRequired }]}
      >
        <Input.TextArea rows={2} maxLength={500} placeholder={cases.noteHint} />
      </Form.Item>
    </FormDialog>
  );
}

type NotesProps = { readonly order: OrderAnswer; readonly answer: ActionAnswer | undefined };

/** That a second person decides, and what came of a try. */
function Notes({ order: { merchantId, refundableFen }, answer }: NotesProps) {
  const { cases } = useLabels();
  const { data: merchants } = useQuery(merchantsQuery);
  const fromFen = merchants?.items.find(({ id }) => id === merchantId)?.approvalFromFen ?? null;
  return (
    <>
      {fromFen !== null && BigInt(refundableFen) >= BigInt(fromFen) && (
        <Alert
          type="info"
          showIcon
          title={cases.secondPerson(moneyText(fromFen))}
          style={{ marginBlockEnd: 12 }}
        />
      )}
      {answer && <OutcomeNote answer={answer} />}
    </>
  );
}
