import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Checkbox, Form, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { merchantsQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { ProblemNote } from '../ProblemNote.tsx';
import { useFocusBack } from '../useFocusBack.ts';
import { moneyText } from '../texts.ts';
import { useOnce } from '../useOnce.ts';
import { AmountField, fenOf } from './AmountField.tsx';
import type { Said } from './actOnCase.ts';
import { actOnCase, sendCaseCode, sendOrderCode } from './actOnCase.ts';
import type { CodeSent } from './CodeField.tsx';
import { CodeField } from './CodeField.tsx';
import { dueFen } from './dueFen.ts';
import { ProofField } from './ProofField.tsx';
import { MakeUpFacts } from './MakeUpFacts.tsx';
import { OutcomeNote } from './OutcomeNote.tsx';
import type { ActionAnswer, CaseDetail, Ruling } from './queries.ts';
import { casesChanged } from './queries.ts';
import { useIntention } from './useIntention.ts';
import { wordFor } from './words.ts';

type Props = { readonly detail: CaseDetail; readonly ruling: Ruling; readonly onClose: () => void };
type Values = Omit<Said, 'amountFen'> & { readonly amount?: string };

/** Asks for what an action needs, says what will be looked at first, and carries it out. */
export function ActionDialog({ detail, ruling, onClose }: Props) {
  useFocusBack();
  const { cases: words, common } = useLabels();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Values>();
  const [sent, setSent] = useState<CodeSent | null>(null);
  const [files, setFiles] = useState<readonly File[]>([]);
  const intention = useIntention();
  const { action, needs } = ruling;
  const title = words.action[action];
  const isSelfRefund = action === 'SELF_REFUND';
  const act = useMutation({
    mutationFn: ({ amount = '', ...values }: Values) => {
      const amountFen = isSelfRefund ? (fenOf(amount) ?? '') : (sent?.amountFen ?? '');
      const { verificationCode: _, ...rest } = values;
      const key = intention.keyFor([action, rest, amountFen, files.map(({ name, size }) => [name, size])]);
      return actOnCase({ detail, action, files, key, said: { ...values, amountFen } });
    },
    onSuccess: (answer: ActionAnswer) => {
      intention.settled();
      casesChanged(queries);
      if (answer.state === 'FAILED' || answer.state === 'REFUSED') return;
      const said = { DONE: words.done, AWAITS_APPROVAL: words.waits, PROCESSING: words.processing };
      void message.success(said[answer.state === 'REJECTED' ? 'DONE' : answer.state](title));
      onClose();
    },
  });
  const actOnce = useOnce(act);
  const sendCode = async (): Promise<CodeSent> => {
    if (!isSelfRefund) return sendCaseCode(detail.id);
    const { amount = '' } = await form.validateFields(['amount']);
    return sendOrderCode({ ...detail, caseId: detail.id, amountFen: fenOf(amount) ?? '' });
  };
  return (
    <Modal
      open
      title={title}
      okText={words.submit}
      cancelText={common.cancel}
      confirmLoading={act.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
      mask={{ closable: false }}
    >
      <Warnings detail={detail} ruling={ruling} sentFen={sent?.amountFen ?? null} />
      {act.error && <ProblemNote error={act.error} />}
      {act.data && <OutcomeNote answer={act.data} />}
      {action === 'SUPPLEMENT' && <MakeUpFacts detail={detail} />}
      <Form
        form={form}
        layout="vertical"
        initialValues={isSelfRefund ? { amount: moneyText(dueFen(detail)).replaceAll(/[¥,]/g, '') } : {}}
        onFinish={(values) => actOnce({ ...values, note: values.note.trim() })}
      >
        {isSelfRefund && <AmountField mostFen={detail.money.refundableFen} />}
        {!isSelfRefund && sent !== null && (
          <Form.Item label={words.amountDue}>
            <b className="dz-number">{moneyText(sent.amountFen)}</b>
          </Form.Item>
        )}
        {needs.includes('VERIFICATION_CODE') && <CodeField send={sendCode} sent={sent} onSent={setSent} />}
        {needs.includes('METHOD') && <MethodField merchantId={detail.merchantId} />}
        {needs.includes('CHANNEL_REFUND_NO') && (
          <Form.Item
            name="channelRefundNo"
            label={words.channelRefundNo}
            rules={[{ required: true, whitespace: true, message: words.channelRefundNoRequired }]}
          >
            <Input maxLength={64} autoComplete="off" />
          </Form.Item>
        )}
        {needs.includes('CONFIRM_CROSS_DAY') && (
          <Confirmation name="confirmCrossDay" label={words.crossDay} hint={words.crossDayHint} />
        )}
        {needs.includes('CONFIRM_NOT_CROSS_DAY') && (
          <Confirmation name="confirmNotCrossDay" label={words.notCrossDay} hint={words.notCrossDayHint} />
        )}
        <Form.Item
          name="note"
          label={common.note}
          rules={[{ required: true, whitespace: true, message: words.noteRequired }]}
        >
          <Input.TextArea rows={2} maxLength={500} showCount placeholder={words.noteHint} />
        </Form.Item>
        {(action === 'SUPPLEMENT' || action === 'EXTERNAL_REFUND') && (
          <ProofField files={files} onFiles={setFiles} />
        )}
      </Form>
    </Modal>
  );
}

function Warnings(props: Pick<Props, 'detail' | 'ruling'> & { readonly sentFen: string | null }) {
  const { detail, ruling, sentFen } = props;
  const { cases: words } = useLabels();
  const { data } = useQuery(merchantsQuery);
  const fromFen = data?.items.find(({ id }) => id === detail.merchantId)?.approvalFromFen ?? null;
  const { amounts } = detail;
  const fen = sentFen ?? amounts.channel ?? amounts.platform ?? amounts.merchant ?? '0';
  const said = [
    ruling.needs.includes('APPROVAL')
      ? words.needsApproval
      : fromFen !== null && BigInt(fen) >= BigInt(fromFen) && words.secondPerson(moneyText(fromFen)),
    ruling.needs.includes('HIS_ABSENT') && words.asksHis,
    ruling.needs.includes('ADJACENT_DAY_CLOSED') && words.adjacentClosed,
  ].filter((text) => text !== false);
  return said.map((text) => (
    <Alert key={text} type="info" showIcon title={text} style={{ marginBlockEnd: 12 }} />
  ));
}

function MethodField({ merchantId }: { readonly merchantId: string }) {
  const { cases: words } = useLabels();
  const { data } = useQuery(merchantsQuery);
  const methods = data?.items.find(({ id }) => id === merchantId)?.supplementMethods ?? [];
  return (
    <Form.Item name="method" label={words.method} rules={[{ required: true, message: words.methodRequired }]}>
      <Select options={methods.map((value) => ({ value, label: wordFor(words.methodName, value) }))} />
    </Form.Item>
  );
}

function Confirmation(props: { readonly name: string; readonly label: string; readonly hint: string }) {
  const { name, label, hint } = props;
  const { cases: words } = useLabels();
  return (
    <Form.Item
      name={name}
      valuePropName="checked"
      extra={hint}
      rules={[
        {
          validator: (_, checked) =>
            checked === true ? Promise.resolve() : Promise.reject(new Error(words.confirmRequired)),
        },
      ]}
    >
      <Checkbox>{label}</Checkbox>
    </Form.Item>
  );
}
