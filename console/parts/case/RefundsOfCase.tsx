import { Card, Flex } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { CopyableId } from '../CopyableId.tsx';
import { moneyText } from '../texts.ts';
import type { CaseDetail } from './queries.ts';

/** Refunds of the order, in whichever book, and how those that were begun here stand. */
export function RefundsOfCase({ detail: { refunds } }: { readonly detail: CaseDetail }) {
  const { cases: words, codes } = useLabels();
  if (refunds.length === 0) return null;
  return (
    <Card size="small" title={<h2 style={{ fontSize: 14, margin: 0 }}>{words.refunds}</h2>}>
      {refunds.map(({ exceptionId, refundNo, amounts, attempt }) => {
        const { merchant, platform, channel } = amounts;
        const booked = [
          [codes.feed.MERCHANT, merchant],
          [codes.feed.PLATFORM, platform],
          [codes.feed.CHANNEL, channel],
        ] as const;
        const texts = booked.flatMap(([book, fen]) => (fen === null ? [] : [`${book} ${moneyText(fen)}`]));
        return (
          <Flex key={exceptionId} wrap gap={12}>
            <CopyableId id={refundNo} />
            {attempt && <span>{`${moneyText(attempt.amountFen)} · ${words.attempt[attempt.state]}`}</span>}
            <span>{texts.join(' · ')}</span>
          </Flex>
        );
      })}
    </Card>
  );
}
