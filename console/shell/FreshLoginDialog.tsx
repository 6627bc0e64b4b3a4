import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Form, Input, Modal, Typography } from 'antd';
import { useSyncExternalStore } from 'react';
import { api, given } from '../api/client.ts';
import { freshLogin } from '../api/freshLogin.ts';
import type { ProviderAnswer } from '../api/providerLogin.ts';
import { meQuery } from '../api/queries.ts';
import { useLabels } from '../labels/useLabels.ts';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { ProviderButton } from './ProviderButton.tsx';

type Shown = { readonly password: string; readonly totp?: string };

/** Dialogs of a drawer lie above a page's own, and it is they that ask for money. */
const ABOVE_DIALOGS = 2000;

/** The login again, where money moves (DZ_LOGIN_STALE). What asked for it goes on by itself afterwards. */
export function FreshLoginDialog() {
  const isAsked = useSyncExternalStore(freshLogin.subscribe, freshLogin.isAsked);
  const { data: me } = useQuery(meQuery);
  return me?.loggedInBy === 'OIDC' ? <ByProvider isAsked={isAsked} /> : <ByPassword isAsked={isAsked} />;
}

type Props = { readonly isAsked: boolean };

function ByProvider({ isAsked }: Props) {
  const { common, login } = useLabels();
  const show = async (answer: ProviderAnswer): Promise<void> => {
    await given(api.POST('/api/v1/sessions/current/authentication/oidc', { body: answer }));
    freshLogin.settle(true);
  };
  return (
    <Modal
      open={isAsked}
      zIndex={ABOVE_DIALOGS}
      title={login.freshTitle}
      onCancel={() => freshLogin.settle(false)}
      footer={<Button onClick={() => freshLogin.settle(false)}>{common.cancel}</Button>}
      destroyOnHidden
    >
      <Typography.Paragraph>{login.freshProviderText}</Typography.Paragraph>
      <ProviderButton isFresh show={show} />
    </Modal>
  );
}

function ByPassword({ isAsked }: Props) {
  const { common, login } = useLabels();
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
      zIndex={ABOVE_DIALOGS}
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
