import { useMutation } from '@tanstack/react-query';
import { Button, Form, Input, Space } from 'antd';
import { useId } from 'react';
import { useLabels } from '../../labels/useLabels.ts';
import { ProblemNote } from '../ProblemNote.tsx';
import { useNow } from '../useNow.ts';

export type CodeSent = { readonly amountFen: string; readonly expiresAt: string };
type Props = {
  readonly send: () => Promise<CodeSent>;
  readonly sent: CodeSent | null;
  readonly onSent: (sent: CodeSent) => void;
};

/** The code for a refund: asked for here, delivered elsewhere, good for as long as the countdown says. */
export function CodeField({ send, sent, onSent }: Props) {
  const { cases: words } = useLabels();
  const hintId = useId();
  const asked = useMutation({ mutationFn: send, onSuccess: onSent });
  const nowMs = useNow(1_000);
  const leftMs = sent === null ? null : Date.parse(sent.expiresAt) - nowMs;
  const hint =
    leftMs === null ? words.codeFirst : leftMs > 0 ? words.codeLeft(clockText(leftMs)) : words.codeOver;
  return (
    <>
      {/* A field that was wrong says so itself. */}
      {asked.error instanceof Error && <ProblemNote error={asked.error} />}
      <Form.Item label={words.code} required extra={<span id={hintId}>{hint}</span>}>
        <Space.Compact>
          <Form.Item
            name="verificationCode"
            noStyle
            rules={[{ required: true, pattern: /^\d{6}$/, message: words.codePattern }]}
          >
            <Input
              aria-label={words.code}
              aria-describedby={hintId}
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={6}
              style={{ width: 160 }}
            />
          </Form.Item>
          <Button loading={asked.isPending} onClick={() => asked.mutate()}>
            {sent === null ? words.getCode : words.getAgain}
          </Button>
        </Space.Compact>
      </Form.Item>
    </>
  );
}

/** `4:05` */
function clockText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
