import { useMutation, useQuery } from '@tanstack/react-query';
import { Alert, Button, Card, Divider, Flex, Form, Input, Tabs, Typography } from 'antd';
import { useEffect } from 'react';
import { api, given, session } from '../api/client.ts';
import { ApiProblem } from '../api/problem.ts';
import type { ProviderAnswer } from '../api/providerLogin.ts';
import { waysQuery } from '../api/queries.ts';
import type { OutBecause } from '../api/session.ts';
import { useLabels } from '../labels/useLabels.ts';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { LookSwitches } from './LookSwitches.tsx';
import { ProviderButton } from './ProviderButton.tsx';

export function LoginPage({ because }: { readonly because: OutBecause }) {
  const { common, login } = useLabels();
  useEffect(() => {
    document.title = `${login.title} - ${common.product}`;
  }, [login.title, common.product]);
  return (
    <Flex vertical align="center" component="main" style={{ minHeight: '100%', padding: '10vh 16px 16px' }}>
      <Card style={{ width: '100%', maxWidth: 420 }}>
        <Flex justify="space-between" align="start">
          <div>
            <Typography.Title level={1} style={{ fontSize: 26, margin: 0 }}>
              {common.product}
            </Typography.Title>
            <Typography.Paragraph type="secondary">{common.subtitle}</Typography.Paragraph>
          </div>
          <LookSwitches />
        </Flex>
        {because === 'ENDED' && <Alert type="warning" showIcon title={login.ended} role="alert" />}
        {because === 'LOGGED_OUT' && <Alert type="info" showIcon title={login.loggedOut} />}
        <Provider />
        <Tabs
          items={[
            { key: 'password', label: login.withPassword, children: <PasswordForm /> },
            { key: 'token', label: login.withToken, children: <TokenForm /> },
          ]}
        />
        <Typography.Paragraph type="secondary" style={{ margin: '16px 0 0' }}>
          {login.memoryOnly}
        </Typography.Paragraph>
      </Card>
    </Flex>
  );
}

/** Where the configuration has a provider. */
function Provider() {
  const { login } = useLabels();
  const ways = useQuery(waysQuery);
  if (!ways.data?.oidc) return null;
  const show = async (answer: ProviderAnswer): Promise<void> =>
    session.open(await given(api.POST('/api/v1/sessions/oidc/answer', { body: answer })));
  return (
    <>
      <ProviderButton isFresh={false} show={show} />
      <Divider plain>{login.orElse}</Divider>
    </>
  );
}

type Shown = { readonly user: string; readonly password: string; readonly totp?: string };

function PasswordForm() {
  const { login } = useLabels();
  const logIn = useMutation({
    mutationFn: ({ user, password, totp = '' }: Shown) =>
      given(
        api.POST('/api/v1/sessions', {
          body: { user, password, ...(totp === '' ? {} : { totp: totp.trim() }) },
        }),
      ),
    onSuccess: (tokens) => session.open(tokens),
  });
  return (
    <Form layout="vertical" requiredMark={false} onFinish={(shown: Shown) => logIn.mutate(shown)}>
      {logIn.error && <ProblemNote error={logIn.error} />}
      <Form.Item name="user" label={login.user} rules={[{ required: true, message: login.userRequired }]}>
        <Input autoComplete="username" autoFocus size="large" />
      </Form.Item>
      <Form.Item
        name="password"
        label={login.password}
        rules={[{ required: true, message: login.passwordRequired }]}
      >
        <Input.Password autoComplete="current-password" size="large" />
      </Form.Item>
      {/* Always there: whether a user needs one is not told. */}
      <Form.Item name="totp" label={login.totp}>
        <Input autoComplete="one-time-code" inputMode="numeric" size="large" maxLength={16} />
      </Form.Item>
      <Button type="primary" htmlType="submit" size="large" block loading={logIn.isPending}>
        {login.submit}
      </Button>
    </Form>
  );
}

function TokenForm() {
  const { login } = useLabels();
  const logIn = useMutation({
    mutationFn: async ({ token }: { readonly token: string }) => {
      const bearer = token.trim();
      // Asked once with the token itself: one that is wrong opens nothing.
      await given(api.GET('/api/v1/me', { headers: { authorization: `Bearer ${bearer}` } }));
      return bearer;
    },
    onSuccess: (bearer) => session.openWithToken(bearer),
  });
  const isWrong = logIn.error instanceof ApiProblem && logIn.error.status === 401;
  return (
    <Form layout="vertical" requiredMark={false} onFinish={(shown: { token: string }) => logIn.mutate(shown)}>
      {isWrong && <Alert type="error" showIcon title={login.tokenWrong} role="alert" />}
      {logIn.error && !isWrong && <ProblemNote error={logIn.error} />}
      {/* The two names let a password manager keep a token under its user. */}
      <Form.Item name="user" label={login.userOfToken}>
        <Input autoComplete="username" size="large" />
      </Form.Item>
      <Form.Item
        name="token"
        label={login.token}
        extra={login.tokenHint}
        rules={[{ required: true, message: login.tokenRequired }]}
      >
        <Input.Password autoComplete="current-password" size="large" />
      </Form.Item>
      <Button type="primary" htmlType="submit" size="large" block loading={logIn.isPending}>
        {login.submit}
      </Button>
    </Form>
  );
}
