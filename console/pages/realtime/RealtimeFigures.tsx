import { Flex } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { Figure } from '../../parts/Figure.tsx';
import { countText, percentText, spanText } from '../../parts/texts.ts';
import type { BoardState } from './VerdictBoard.ts';
import { MINUTES, medianOf } from './VerdictBoard.ts';

/** How the last minutes went. */
export function RealtimeFigures({ state: { counts, healedMs } }: { readonly state: BoardState }) {
  const { realtime: words, common } = useLabels();
  const { verdicts, matched, exceptions, healed } = counts;
  const median = medianOf(healedMs);
  return (
    <Flex wrap gap={12} style={{ marginBlockEnd: 12 }}>
      <Figure
        title={words.rate(String(MINUTES))}
        value={percentText(matched, verdicts)}
        note={`${words.matchedOnes} ${countText(matched)} / ${countText(verdicts)}`}
      />
      <Figure
        name="judged"
        title={words.judged}
        value={countText(verdicts)}
        note={words.perMinute(countText(Math.round(verdicts / MINUTES)))}
      />
      <Figure title={words.newExceptions} value={countText(exceptions)} note={words.provisionalHint} />
      <Figure
        name="healed"
        title={words.healed}
        value={countText(healed)}
        note={median === null ? common.none : words.healedAfter(spanText(Math.max(1_000, median), common))}
      />
    </Flex>
  );
}
