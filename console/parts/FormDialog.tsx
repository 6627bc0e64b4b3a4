import type { FormInstance } from 'antd';
import { Form, Modal } from 'antd';
import type { ReactNode } from 'react';
import { useLabels } from '../labels/useLabels.ts';
import { ProblemNote } from './ProblemNote.tsx';
import { useFocusBack } from './useFocusBack.ts';
import { useOnce } from './useOnce.ts';

type Props<Values> = {
  readonly title: string;
  readonly okText: string;
  /** What is done with what was typed. */
  readonly send: {
    readonly mutate: (values: Values, options: { readonly onSettled: () => void }) => void;
    readonly isPending: boolean;
    readonly error: unknown;
  };
  /** Absent: nobody else looks at what is typed. */
  readonly form?: FormInstance<Values>;
  readonly initialValues?: Partial<Values>;
  /** What is said above the fields, over what was refused. */
  readonly intro?: ReactNode;
  readonly width?: number;
  readonly onClose: () => void;
  /** Its fields. */
  readonly children: ReactNode;
};

/** A question with fields, which is sent whole. A click beside it throws nothing away. */
export function FormDialog<Values extends object>(props: Props<Values>) {
  const { title, okText, send, initialValues = {}, intro, width, onClose, children } = props;
  const { common } = useLabels();
  useFocusBack();
  const [own] = Form.useForm<Values>();
  const form = props.form ?? own;
  const sendOnce = useOnce(send);
  return (
    <Modal
      open
      title={title}
      okText={okText}
      cancelText={common.cancel}
      confirmLoading={send.isPending}
      mask={{ closable: false }}
      onOk={() => form.submit()}
      onCancel={onClose}
      {...(width === undefined ? {} : { width })}
    >
      {intro}
      {send.error !== null && <ProblemNote error={send.error} />}
      <Form<Values>
        form={form}
        layout="vertical"
        autoComplete="off"
        initialValues={initialValues}
        onFinish={sendOnce}
      >
        {children}
      </Form>
    </Modal>
  );
}
