import type { BillAccount, BillPart } from '../../domain/ports.ts';

type StoredPart = Omit<BillPart, 'fen' | 'otherDatesFen'> & {
  readonly fen: string;
  readonly otherDatesFen: string;
};
type StoredAccount = Omit<BillAccount, 'foreignPaymentFen' | 'foreignRefundFen' | 'parts'> & {
  readonly foreignPaymentFen: string;
  readonly foreignRefundFen: string;
  readonly parts: readonly StoredPart[];
};

/** A bill's account as the column `account` of `bills` holds it: JSON with amounts as texts of fen. */
export function accountJson(account: BillAccount): string {
  const stored: StoredAccount = {
    ...account,
    foreignPaymentFen: account.foreignPaymentFen.toString(),
    foreignRefundFen: account.foreignRefundFen.toString(),
    parts: account.parts.map((part) => ({
      ...part,
      fen: part.fen.toString(),
      otherDatesFen: part.otherDatesFen.toString(),
    })),
  };
  return JSON.stringify(stored);
}

export function accountOfJson(json: string): BillAccount {
  const stored: StoredAccount = JSON.parse(json);
  return {
    ...stored,
    foreignPaymentFen: BigInt(stored.foreignPaymentFen),
    foreignRefundFen: BigInt(stored.foreignRefundFen),
    parts: stored.parts.map((part) => ({
      ...part,
      fen: BigInt(part.fen),
      otherDatesFen: BigInt(part.otherDatesFen),
    })),
  };
}
