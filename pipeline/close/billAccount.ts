import type { BusinessDate } from '../../domain/businessDate.ts';
import type { Channel, Entry, Kind } from '../../domain/entry.ts';
import type { MerchantChannel } from '../../domain/merchant.ts';
import { addFen } from '../../domain/money.ts';
import type { BillAccount, BillPart, BillReport } from '../../domain/ports.ts';

type Sum = {
  readonly channel: Channel | null;
  readonly kind: Kind;
  fen: bigint;
  readonly byDate: Map<BusinessDate, bigint>;
};

/** Adds up a bill's lines while they pass: only at its end a bill says which date it is of. */
export class BillAccounting {
  readonly #sums = new Map<string, Sum>();

  add({ channel, kind, businessDate, amountFen }: Entry): void {
    const key = `${channel ?? ''} ${kind}`;
    const sum = this.#sums.get(key) ?? { channel, kind, fen: 0n, byDate: new Map() };
    sum.fen = addFen(sum.fen, amountFen);
    sum.byDate.set(businessDate, addFen(sum.byDate.get(businessDate) ?? 0n, amountFen));
    this.#sums.set(key, sum);
  }

  accountOf(said: BillReport, date: BusinessDate, own: MerchantChannel | null): BillAccount {
    const parts = [...this.#sums.values()].map(({ channel, kind, fen, byDate }) => {
      return { channel, kind, fen, otherDatesFen: fen - (byDate.get(date) ?? 0n) };
    });
    return {
      footer: said.footer,
      stated: said.stated,
      foreignRows: said.foreignRows,
      foreignPaymentFen: said.foreignPaymentFen,
      foreignRefundFen: said.foreignRefundFen,
      otherRows: said.otherRows,
      own: own && whatIsOwn(own),
      parts: parts.toSorted((a, b) => byText(nameOf(a), nameOf(b))),
    };
  }
}

/** Only what told the hospital's rows apart: the agreed fee is no part of it. */
function whatIsOwn({ channel, merchantNo, ownRows }: MerchantChannel): MerchantChannel {
  return { channel, merchantNo, ...(ownRows && { ownRows }) };
}

const nameOf = (part: BillPart): string => `${part.channel ?? ''} ${part.kind}`;

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
