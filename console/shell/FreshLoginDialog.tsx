import { useMutation } from '@tanstack/react-query';
import { Form, Input, Modal, Typography } from 'antd';
import { useSyncExternalStore } from 'react';
import { api, given } from '../api/client.ts';
import { freshLogin } from '../api/freshLogin.ts';
import { useLabels } from '../labels/useLabels.ts';
import { ProblemNote } from '../parts/ProblemNote.tsx';

type Shown = { readonly password: string; readonly totp?: string };

/** The password again, where money moves (DZ_LOGIN_STALE). What asked for it goes on by itself afterwards. */
export function FreshLoginDialog() {
  const { common, login } = useLabels();
  const isAsked = useSyncExternalStore(freshLogin.subscribe, freshLogin.isAsked);
  const [form] = Form.useForm<Shown>();
  const show = useMutation({
    mutationFn: ({ password, totp = '' }: Shown) =>
      given(
        api.POST('/api/v1/sessions/current/authentication', {
          body: { password, ...(totp === '' ? {} : { totp: totp.trim() }) },
        }),
      ),
    onSuccess: () => freshLogin.settle(true),
  });
  return (
    <Modal
      open={isAsked}
      title={login.freshTitle}
      okText={common.confirm}
      cancelText={common.cancel}
      confirmLoading={show.isPending}
      onOk={() => form.submit()}
      onCancel={() => freshLogin.settle(false)}
      afterClose={() => {
        form.resetFields();
        show.reset();
      }}
      destroyOnHidden
    >
      <Typography.Paragraph>{login.freshText}</Typography.Paragraph>
      {show.error && <ProblemNote error={show.error} />}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(shown: Shown) => show.mutate(shown)}
      >
        <Form.Item
          name="password"
          label={login.password}
          rules={[{ required: true, message: login.passwordRequired }]}
        >
          <Input.Password autoComplete="current-password" autoFocus />
        </Form.Item>
        <Form.Item name="totp" label={login.totp}>
          <Input autoComplete="one-time-code" inputMode="numeric" maxLength={16} />
        </Form.Item>
        {/* Enter sends the form. */}
        <button type="submit" hidden aria-label={common.confirm} />
      </Form>
    </Modal>
  );
}
