import { Table, Tag, Typography } from 'antd';
import type { ReactNode } from 'react';
import { BOOKS } from '../../../domain/entry.ts';
import type { Book } from '../../../domain/entry.ts';
import type { Labels } from '../../labels/zh.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { CopyableId } from '../CopyableId.tsx';
import { moneyText } from '../texts.ts';
import type { CaseDetail } from './queries.ts';
import { Sources } from './Sources.tsx';
import { wordFor } from './words.ts';

type Compared = CaseDetail['compared'][number];
type Row = {
  readonly key: string;
  readonly label: string;
  readonly differs: boolean;
  readonly cells: Readonly<Record<Book, ReactNode>>;
};

const ORDER = [
  'refundNo',
  'channelTxnNo',
  'hisOrderNo',
  'amountFen',
  'occurredAt',
  'businessDate',
  'businessType',
  'channel',
] as const;
const SIDE = { MERCHANT: 'merchant', PLATFORM: 'platform', CHANNEL: 'channel' } as const;

/** The three books side by side: what they say of the order, what differs, and where each line came from. */
export function BooksTable({ detail }: { readonly detail: CaseDetail }) {
  const labels = useLabels();
  const { cases: words, codes } = labels;
  const columns = BOOKS.map((book) => ({
    title: codes.feed[book],
    key: book,
    width: '27%',
    render: (_: unknown, { cells }: Row) => cells[book],
  }));
  return (
    <Table<Row>
      size="small"
      bordered
      pagination={false}
      tableLayout="fixed"
      rowKey="key"
      dataSource={rowsOf(detail, labels)}
      onRow={({ differs }) => (differs ? { className: 'dz-differs' } : {})}
      columns={[
        {
          title: '',
          key: 'label',
          width: '19%',
          render: (_, { label, differs }) => (
            <>
              {label} {differs && <Tag color="error">{words.differs}</Tag>}
            </>
          ),
        },
        ...columns,
      ]}
    />
  );
}

function rowsOf(detail: CaseDetail, labels: Labels): Row[] {
  const { cases: words } = labels;
  const isMissing = (book: Book) => detail.missingIn.includes(book);
  const gone = <Typography.Text type="warning">{words.missing}</Typography.Text>;
  const each = (cell: (book: Book) => ReactNode) => ({
    MERCHANT: cell('MERCHANT'),
    PLATFORM: cell('PLATFORM'),
    CHANNEL: cell('CHANNEL'),
  });
  const order: Row = {
    key: 'orderNo',
    label: words.field.orderNo,
    differs: detail.missingIn.length > 0,
    cells: each((book) => (isMissing(book) ? gone : <CopyableId id={detail.orderNo} breaks />)),
  };
  const compared = ORDER.flatMap((name) => detail.compared.filter(({ field }) => field === name))
    .filter((field) => BOOKS.some((book) => field[SIDE[book]].length > 0))
    .map((field): Row => {
      return {
        key: field.field,
        label: words.field[field.field],
        differs: field.differs,
        cells: each((book) => (isMissing(book) ? '—' : <Values field={field} book={book} />)),
      };
    });
  const source: Row = {
    key: 'source',
    label: words.field.source,
    differs: false,
    cells: each((book) => <Sources lines={detail.lines.filter((line) => line.book === book)} />),
  };
  return [order, ...compared, source];
}

function Values({ field, book }: { readonly field: Compared; readonly book: Book }) {
  const { codes, cases: words } = useLabels();
  const values = field[SIDE[book]];
  if (values.length === 0) return <Typography.Text type="secondary">{words.notSaid}</Typography.Text>;
  switch (field.field) {
    case 'amountFen':
      return <Lines className="dz-number" values={values.map(moneyText)} />;
    case 'channel':
      return <Lines values={values.map((value) => wordFor(codes.channel, value))} />;
    case 'businessType':
      return <Lines values={values.map((value) => wordFor(words.businessType, value))} />;
    case 'occurredAt':
    case 'businessDate':
      return <Lines className="dz-number" values={values} />;
    case 'channelTxnNo':
    case 'hisOrderNo':
    case 'refundNo':
      return values.map((value) => (
        <div key={value}>
          <CopyableId id={value} breaks />
        </div>
      ));
  }
}

function Lines({
  values,
  className = '',
}: {
  readonly values: readonly string[];
  readonly className?: string;
}) {
  return values.map((value) => (
    <div key={value} className={className}>
      {value}
    </div>
  ));
}
