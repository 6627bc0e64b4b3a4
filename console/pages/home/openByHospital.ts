import type { Hospital } from './hospital.ts';
import type { ExceptionRow } from './queries.ts';

export type OpenRow = {
  readonly merchantId: string;
  readonly name: string;
  readonly count: number;
  readonly fen: bigint;
  readonly oldest: string;
};

/** What an exception is about: the channel's amount, else the platform's, else the hospital's. */
export function stakeOf({ channelFen, platformFen, merchantFen }: ExceptionRow): bigint {
  return BigInt(channelFen ?? platformFen ?? merchantFen ?? '0');
}

/** Those that have most come first. */
export function openByHospital(
  rows: readonly ExceptionRow[],
  hospitals: readonly Hospital[],
): readonly OpenRow[] {
  const byHospital = Map.groupBy(rows, ({ merchantId }) => merchantId);
  return hospitals
    .flatMap(({ id, name }) => {
      const own = byHospital.get(id) ?? [];
      const [first] = own.map(({ businessDate }) => businessDate).toSorted();
      if (first === undefined) return [];
      const fen = own.reduce((sum, row) => sum + stakeOf(row), 0n);
      return [{ merchantId: id, name, count: own.length, fen, oldest: first }];
    })
    .toSorted((a, b) => b.count - a.count);
}
