import { Form, Input } from 'antd';
import { fenOfYuan } from '../../../domain/money.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { moneyText } from '../texts.ts';

/** Fen of what was typed in yuan; null when it is no amount above zero. */
export function fenOf(yuan: string): string | null {
  const fen = fenOfYuan(yuan.trim());
  return fen === null || fen <= 0n ? null : fen.toString();
}

/** What to refund, in yuan: no more than may be refunded. */
export function AmountField({ mostFen }: { readonly mostFen: string }) {
  const { cases: words } = useLabels();
  return (
    <Form.Item
      name="amount"
      label={words.refundAmount}
      required
      rules={[
        {
          validator: (_, typed: unknown) => {
            const fen = fenOf(typeof typed === 'string' ? typed : '');
            if (fen === null) return Promise.reject(new Error(words.amountWrong));
            if (BigInt(fen) > BigInt(mostFen))
              return Promise.reject(new Error(words.amountTooMuch(moneyText(mostFen))));
            return Promise.resolve();
          },
        },
      ]}
    >
      <Input inputMode="decimal" autoComplete="off" style={{ width: 200 }} className="dz-number" />
    </Form.Item>
  );
}
