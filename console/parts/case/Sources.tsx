import { Typography } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import type { Labels } from '../../labels/zh.ts';
import { moneyText } from '../texts.ts';
import type { CaseDetail } from './queries.ts';

type Line = CaseDetail['lines'][number];

/** Where the lines of a book came from: file and line of a bill, or position in the event log. */
export function Sources({ lines }: { readonly lines: readonly Line[] }) {
  const labels = useLabels();
  if (lines.length === 0) return <>—</>;
  return lines.map((line, index) => (
    <div key={`${index}${line.occurredAt}`} style={{ overflowWrap: 'anywhere' }}>
      {sourceText(line, labels)}
      <Typography.Text type="secondary"> {notesOn(line, labels).join(' · ')}</Typography.Text>
    </div>
  ));
}

function sourceText({ origin }: Line, { cases: words }: Labels): string {
  switch (origin.source) {
    case 'BILL':
      return words.ofBill(origin.fileName, origin.line);
    case 'EVENT':
      return words.ofEvent(origin.partition ?? '', String(origin.position ?? ''));
    case 'ACTION':
      return words.ofAction(origin.actionId.slice(0, 8));
  }
}

function notesOn(line: Line, { cases: words }: Labels): readonly string[] {
  return [
    moneyText(line.amountFen),
    ...(line.origin.source === 'EVENT' && line.origin.isLate ? [words.late] : []),
    ...(line.counts ? [] : [words.replaced]),
    ...(line.isPairedByAmount ? [words.paired] : []),
  ];
}
