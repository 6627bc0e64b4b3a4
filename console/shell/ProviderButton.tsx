import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Flex, Typography } from 'antd';
import { useRef } from 'react';
import type { ProviderAnswer } from '../api/providerLogin.ts';
import { askProvider, ProviderLoginFailed } from '../api/providerLogin.ts';
import { useLabels } from '../labels/useLabels.ts';
import { ProblemNote } from '../parts/ProblemNote.tsx';

type Props = {
  readonly isFresh: boolean;
  /** Shows the answer to the API. */
  readonly show: (answer: ProviderAnswer) => Promise<void>;
};

/** 【统一登录】, in a window of the provider. */
export function ProviderButton({ isFresh, show }: Props) {
  const { common, login } = useLabels();
  const asking = useRef<AbortController | null>(null);
  const ask = useMutation({
    mutationFn: async () => {
      asking.current = new AbortController();
      await show(await askProvider(isFresh, asking.current.signal));
    },
  });
  const isGivenUp = ask.error instanceof DOMException && ask.error.name === 'AbortError';
  return (
    <Flex vertical gap={12}>
      {ask.error instanceof ProviderLoginFailed && (
        <Alert type="error" showIcon role="alert" title={login.providerFailed[ask.error.why]} />
      )}
      {ask.error && !isGivenUp && !(ask.error instanceof ProviderLoginFailed) && (
        <ProblemNote error={ask.error} />
      )}
      <Button type="primary" size="large" block loading={ask.isPending} onClick={() => ask.mutate()}>
        {login.withProvider}
      </Button>
      {ask.isPending && (
        <Flex gap={8} align="center" justify="space-between">
          <Typography.Text type="secondary">{login.providerWaits}</Typography.Text>
          <Button size="small" onClick={() => asking.current?.abort()}>
            {common.cancel}
          </Button>
        </Flex>
      )}
    </Flex>
  );
}
