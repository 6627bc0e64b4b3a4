import { Alert, Button, Card, Descriptions, Flex } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import { CopyableId } from '../../parts/CopyableId.tsx';
import { Money } from '../../parts/Money.tsx';
import { useLook } from '../../shell/look.ts';
import { OfferForm } from './OfferForm.tsx';
import type { Check, Order } from './queries.ts';

type Props = { readonly check: Check; readonly order: Order; readonly onAgain: () => void };

type Said = {
  readonly type: 'success' | 'warning' | 'info' | 'error';
  readonly title: string;
  readonly text: string;
};

/** What HIS says, and what can be done about it. */
export function CheckResult({ check, order, onAgain }: Props) {
  const { oneSided: words, common } = useLabels();
  const { language } = useLook();
  const { state, his, offer } = check;
  const said: Readonly<Record<Check['state'], Said>> = {
    HIS_HAS_IT: {
      type: 'success',
      title: his?.state === 'REFUNDED' ? words.hasItRefunded : words.hasIt,
      text: words.hasItText,
    },
    HIS_LACKS_IT: offer
      ? { type: 'warning', title: words.lacksIt, text: words.lacksItText }
      : { type: 'info', title: words.nothingLeft, text: words.nothingLeftText },
    UNCLEAR: { type: 'error', title: words.unclear, text: words.unclearText },
  };
  const { type, title, text } = said[state];
  return (
    <Card
      size="small"
      title={<CopyableId id={order.orderNo} />}
      extra={
        <Button size="small" onClick={onAgain}>
          {words.newCheck}
        </Button>
      }
    >
      <Flex vertical gap={16}>
        <Alert
          type={type}
          showIcon
          role="status"
          data-check={state}
          title={title}
          description={
            <>
              <div>{text}</div>
              {language === 'en' && check.detail !== '' && <div>{check.detail}</div>}
            </>
          }
        />
        {his && (
          <Descriptions
            size="small"
            bordered
            column={{ xs: 1, md: 2 }}
            items={[
              {
                key: 's',
                label: words.hisState,
                children: his.state === 'BOOKED' ? words.booked : words.refunded,
              },
              { key: 'n', label: words.hisOrderNo, children: <CopyableId id={his.hisOrderNo} /> },
              { key: 'a', label: common.amount, children: <Money fen={his.amountFen} inline /> },
              { key: 't', label: words.occurredAt, children: <BeijingTime at={his.occurredAt} /> },
            ]}
          />
        )}
        {offer && <OfferForm offer={offer} />}
      </Flex>
    </Card>
  );
}
