import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Flex, Form, Input, Typography } from 'antd';
import { useState } from 'react';
import { useLabels } from '../../labels/useLabels.ts';
import { CopyableId } from '../../parts/CopyableId.tsx';
import { Money } from '../../parts/Money.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useNow } from '../../parts/useNow.ts';
import { useOnce } from '../../parts/useOnce.ts';
import { useLook } from '../../shell/look.ts';
import type { Offer } from './queries.ts';
import { refund, sendCode } from './queries.ts';

const SEND_AGAIN_MS = 60_000;
type Fields = { readonly code: string; readonly note: string };

/** A refund that is offered for two minutes, with the code that it needs. */
export function OfferForm({ offer }: { readonly offer: Offer }) {
  const { oneSided: words, common } = useLabels();
  const nowMs = useNow(1_000);
  const queries = useQueryClient();
  // One offer is one intention, however often it is sent.
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const [sentMs, setSentMs] = useState<number | null>(null);
  const code = useMutation({ mutationFn: () => sendCode(offer.id), onSuccess: () => setSentMs(Date.now()) });
  const refunded = useMutation({
    mutationFn: ({ code: verificationCode, note }: Fields) =>
      refund({ offerId: offer.id, verificationCode, note: note.trim(), idempotencyKey }),
    onSettled: () => {
      for (const name of ['orders', 'exceptions', 'actions'])
        void queries.invalidateQueries({ queryKey: [name] });
    },
  });
  const refundOnce = useOnce(refunded);
  const leftMs = Date.parse(offer.expiresAt) - nowMs;
  const isOver = leftMs <= 0;
  const againInS = sentMs === null ? 0 : Math.ceil((sentMs + SEND_AGAIN_MS - nowMs) / 1000);
  if (refunded.data) return <RefundResult result={refunded.data} />;
  return (
    <Flex vertical gap={12}>
      <Flex gap={32} wrap align="end">
        <div>
          <Typography.Text type="secondary">{words.refundable}</Typography.Text>
          <div style={{ fontSize: 22, fontWeight: 600 }}>
            <Money fen={offer.amountFen} inline />
          </div>
        </div>
        <Typography.Text type={isOver ? 'danger' : 'secondary'} role="timer">
          {isOver ? words.offerOver : words.offerLeft(clockText(leftMs))}
        </Typography.Text>
      </Flex>
      {code.error && <ProblemNote error={code.error} />}
      {refunded.error && <ProblemNote error={refunded.error} />}
      <Form<Fields> layout="vertical" onFinish={refundOnce} disabled={isOver}>
        <Form.Item label={words.code} required>
          <Flex gap={8}>
            <Form.Item
              name="code"
              noStyle
              rules={[{ required: true, pattern: /^\d{6}$/, message: words.codeNeeded }]}
            >
              <Input
                aria-label={words.code}
                inputMode="numeric"
                maxLength={6}
                autoComplete="one-time-code"
                style={{ width: 160 }}
              />
            </Form.Item>
            <Button disabled={isOver || againInS > 0} loading={code.isPending} onClick={() => code.mutate()}>
              {againInS > 0 ? words.sendAgain(String(againInS)) : words.sendCode}
            </Button>
            {code.isSuccess && <Typography.Text type="success">{words.codeSent}</Typography.Text>}
          </Flex>
        </Form.Item>
        <Form.Item
          name="note"
          label={common.note}
          rules={[{ required: true, whitespace: true, message: words.noteNeeded }]}
        >
          <Input.TextArea rows={2} maxLength={1000} />
        </Form.Item>
        <Button type="primary" danger htmlType="submit" loading={refunded.isPending} disabled={isOver}>
          {words.refund}
        </Button>
      </Form>
    </Flex>
  );
}

type Result = Awaited<ReturnType<typeof refund>>;

function RefundResult({ result }: { readonly result: Result }) {
  const { oneSided: words } = useLabels();
  const { language } = useLook();
  const said = {
    DONE: ['success', words.refundDone],
    PROCESSING: ['info', words.refundUnderWay],
    AWAITS_APPROVAL: ['info', words.refundWaits],
    FAILED: ['error', words.refundNot],
    REFUSED: ['error', words.refundNot],
    REJECTED: ['error', words.refundNot],
  } as const;
  const [type, title] = said[result.state];
  const advice = language === 'zh' ? result.adviceZh : result.advice;
  return (
    <Alert
      type={type}
      showIcon
      role="status"
      data-refund={result.state}
      title={
        <>
          {title} <Money fen={result.amountFen} inline />
        </>
      }
      description={
        <>
          {advice !== null && <div>{advice}</div>}
          {result.refundNo !== null && (
            <div>
              {words.refundNo} <CopyableId id={result.refundNo} />
            </div>
          )}
        </>
      }
    />
  );
}

/** `1:05` */
function clockText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
