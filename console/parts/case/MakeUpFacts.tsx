import { BOOKS } from '../../../domain/entry.ts';
import type { Book } from '../../../domain/entry.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { Facts } from '../Facts.tsx';
import { Money } from '../Money.tsx';
import { makeUp } from './makeUp.ts';
import type { CaseDetail } from './queries.ts';

/** 补差: what each book has, the sum that is made up, and what they then still differ by. */
export function MakeUpFacts({ detail }: { readonly detail: CaseDetail }) {
  const { cases: words, codes } = useLabels();
  const { amounts, missingIn } = detail;
  const { dueFen, leftFen } = makeUp(detail);
  const fenOf = { MERCHANT: amounts.merchant, PLATFORM: amounts.platform, CHANNEL: amounts.channel };
  const isKnown = (book: Book): boolean => fenOf[book] !== null || missingIn.includes(book);
  const facts = [
    ...BOOKS.filter(isKnown).map((book) => {
      const fen = fenOf[book];
      return [codes.feed[book], fen === null ? words.missing : <Money key="v" fen={fen} inline />] as const;
    }),
    [words.makeUp, <Money key="v" fen={dueFen} inline />],
    [words.leftAfter, <Money key="v" fen={leftFen} inline />],
  ] as const;
  return (
    <div style={{ marginBlockEnd: 16 }}>
      <Facts facts={facts} />
    </div>
  );
}
