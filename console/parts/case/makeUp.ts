import type { CaseDetail } from './queries.ts';

/**
 * What a supplement makes up, and what the books then still differ by: a book that lacks the order stands at nothing.
 * The sum is the one that the server records: the channel's amount, else the platform's, else the hospital's.
 */
export function makeUp({ amounts, missingIn }: Pick<CaseDetail, 'amounts' | 'missingIn'>): {
  readonly dueFen: bigint;
  readonly leftFen: bigint;
} {
  const said = [amounts.channel, amounts.platform, amounts.merchant].flatMap((fen) =>
    fen === null ? [] : [BigInt(fen)],
  );
  const [dueFen = 0n] = said;
  const standing = missingIn.length > 0 ? [...said, 0n] : said;
  const most = standing.reduce((a, b) => (a > b ? a : b), 0n);
  const least = standing.reduce((a, b) => (a < b ? a : b), most);
  return { dueFen, leftFen: most - least - dueFen };
}
