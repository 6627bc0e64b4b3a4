import { Col, Row, Table, Typography } from 'antd';
import type { TableColumnsType } from 'antd';
import type { Book } from '../../../domain/entry.ts';
import { BOOKS } from '../../../domain/entry.ts';
import { BOOKS_OF_MODE, VERDICT_CODES } from '../../../domain/verdict.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { VerdictTag } from '../../parts/CodeTag.tsx';
import { Money } from '../../parts/Money.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { countText } from '../../parts/texts.ts';
import type { Run, Share } from './queries.ts';

type Props = { readonly run: Run; readonly shares: readonly Share[]; readonly isLoading: boolean };

const FEN = { MERCHANT: 'merchantFen', PLATFORM: 'platformFen', CHANNEL: 'channelFen' } as const;

/** Counts and sums by verdict, kind and channel, beside what each book holds. */
export function BreakdownTab({ run, shares, isLoading }: Props) {
  const { threeWay: words, common, codes } = useLabels();
  const books = BOOKS_OF_MODE[run.mode];
  const columns: TableColumnsType<Share> = [
    { title: words.result, width: 104, render: (_, { code }) => <VerdictTag code={code} /> },
    { title: common.kind, width: 76, render: (_, { kind }) => codes.kind[kind] },
    {
      title: common.channel,
      width: 76,
      render: (_, { channel }) => (channel === null ? words.noChannel : codes.channel[channel]),
    },
    { title: common.count, width: 60, align: 'right', render: (_, { count }) => countText(count) },
    ...books.map((book) => ({
      title: codes.book[book],
      width: 110,
      align: 'right' as const,
      render: (_: unknown, share: Share) => <Money fen={share[FEN[book]]} />,
    })),
  ];
  const sorted = shares.toSorted((a, b) => VERDICT_CODES.indexOf(a.code) - VERDICT_CODES.indexOf(b.code));
  return (
    <Row gutter={[16, 16]}>
      <Col xs={24} xxl={16}>
        <Title text={words.byVerdict} />
        <Table<Share>
          size="small"
          rowKey={({ code, kind, channel }) => `${code} ${kind} ${channel ?? ''}`}
          columns={columns}
          dataSource={sorted}
          loading={isLoading}
          pagination={false}
          scroll={{ x: 'max-content' }}
          locale={{ emptyText: <Nothing title={common.empty} /> }}
        />
      </Col>
      <Col xs={24} xxl={8}>
        <Title text={words.books} />
        <BookTotals run={run} books={BOOKS.filter((book) => books.includes(book))} />
      </Col>
    </Row>
  );
}

function Title({ text }: { readonly text: string }) {
  return (
    <Typography.Title level={2} style={{ fontSize: 15, marginBlockStart: 0 }}>
      {text}
    </Typography.Title>
  );
}

function BookTotals({ run, books }: { readonly run: Run; readonly books: readonly Book[] }) {
  const { threeWay: words, billFiles, codes } = useLabels();
  const rows = books.map((book) => ({ book, totals: run.books[book.toLowerCase()] }));
  type Row = (typeof rows)[number];
  const count = (title: string, name: 'payments' | 'refunds') => ({
    title,
    width: 80,
    align: 'right' as const,
    render: (_: unknown, { totals }: Row) => (totals ? countText(totals[name]) : '—'),
  });
  const money = (title: string, name: 'paymentFen' | 'refundFen') => ({
    title,
    width: 130,
    align: 'right' as const,
    render: (_: unknown, { totals }: Row) => <Money fen={totals?.[name] ?? null} />,
  });
  return (
    <Table<Row>
      size="small"
      rowKey="book"
      pagination={false}
      scroll={{ x: 'max-content' }}
      dataSource={rows}
      columns={[
        { title: billFiles.book, width: 110, render: (_, { book }) => codes.book[book] },
        count(words.payments, 'payments'),
        money(words.paymentSum, 'paymentFen'),
        count(words.refunds, 'refunds'),
        money(words.refundSum, 'refundFen'),
      ]}
    />
  );
}
