import { useSuspenseQuery } from '@tanstack/react-query';
import { Tag } from 'antd';
import { BOOKS_OF_MODE } from '../../../domain/verdict.ts';
import { meQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import type { Labels } from '../../labels/zh.ts';
import { CaseStatusTag, VerdictTag } from '../../parts/CodeTag.tsx';
import { CopyableId } from '../../parts/CopyableId.tsx';
import type { Fold, LongColumn } from '../../parts/foldColumns.ts';
import { Money } from '../../parts/Money.tsx';
import type { ExceptionRow, RunMode } from './queries.ts';
import { casePath, useOpenCase } from '../../parts/case/openCase.ts';

const FEN = { MERCHANT: 'merchantFen', PLATFORM: 'platformFen', CHANNEL: 'channelFen' } as const;

/** What the books say of an order stands side by side whatever the width. */
export const EXCEPTION_FOLDS: readonly Fold[] = [
  { column: 'kind', into: 'type' },
  { column: 'channel', into: 'orderNo' },
  { column: 'notes', into: 'orderNo' },
  { column: 'status', into: 'type' },
  { column: 'open', into: 'orderNo' },
];

export function useExceptionColumns(mode: RunMode): LongColumn<ExceptionRow>[] {
  const { threeWay: words, codes, common } = useLabels();
  const openCase = useOpenCase();
  const { data: me } = useSuspenseQuery(meQuery);
  const mayAct = me.roles.includes('operator');
  return [
    {
      key: 'type',
      title: words.type,
      width: 118,
      sorter: (a, b) => compare(a.type, b.type),
      render: (_, { type }) => <VerdictTag code={type} />,
    },
    { key: 'kind', title: common.kind, width: 88, render: (_, { kind }) => codes.kind[kind] },
    {
      key: 'orderNo',
      title: common.orderNo,
      width: 210,
      sorter: (a, b) => compare(a.orderNo, b.orderNo),
      render: (_, { orderNo }) => <CopyableId id={orderNo} most={24} />,
    },
    {
      key: 'channel',
      title: common.channel,
      width: 90,
      render: (_, { channel }) => (channel === null ? common.none : codes.channel[channel]),
    },
    ...BOOKS_OF_MODE[mode].map((book) => ({
      key: book,
      title: codes.book[book],
      width: 108,
      align: 'right' as const,
      sorter: (a: ExceptionRow, b: ExceptionRow) => compareFen(a[FEN[book]], b[FEN[book]]),
      render: (_: unknown, row: ExceptionRow) => <Money fen={row[FEN[book]]} />,
    })),
    {
      key: 'notes',
      title: words.notes,
      width: 100,
      ellipsis: true,
      render: (_, row) => {
        const said = notesOf(row, words);
        return said.length === 0 ? common.none : <Notes said={said} />;
      },
    },
    {
      key: 'status',
      title: common.status,
      width: 100,
      sorter: (a, b) => compare(a.status, b.status),
      render: (_, { status }) => <CaseStatusTag code={status} />,
    },
    {
      key: 'open',
      title: words.action,
      width: 70,
      fixed: 'end',
      render: (_, { id }) => (
        <a
          href={casePath(id)}
          onClick={(event) => {
            event.preventDefault();
            event.stopPropagation();
            openCase(id);
          }}
        >
          {mayAct ? words.openCase : words.lookAt}
        </a>
      ),
    },
  ];
}

function notesOf(row: ExceptionRow, words: Labels['threeWay']): readonly string[] {
  return [
    row.possiblyCrossDay ? words.possiblyCrossDay : '',
    row.ambiguousRefund ? words.ambiguous : '',
    row.channelConflict ? words.channelConflict : '',
    row.possibleDuplicateOf === null ? '' : words.duplicateOf,
    row.mergedReceipt === null ? '' : words.mergedReceipt,
  ].filter((text) => text !== '');
}

function Notes({ said }: { readonly said: readonly string[] }) {
  return (
    <span title={said.join('、')}>
      {said.map((text) => (
        <Tag key={text}>{text}</Tag>
      ))}
    </span>
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What a book does not have comes first. */
function compareFen(a: string | null, b: string | null): number {
  const difference = BigInt(a ?? -1) - BigInt(b ?? -1);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
