import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Card, Flex, Skeleton, Typography } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { DiffTable } from './DiffTable.tsx';
import { historyQuery } from './queries.ts';

/** Every change: who, when, why, and the values before and after. */
export function HistoryTab() {
  const { system, common } = useLabels();
  const list = useInfiniteQuery(historyQuery);
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  if (list.error) return <ProblemNote error={list.error} />;
  if (list.isPending) return <Skeleton active />;
  if (rows.length === 0) return <Nothing title={system.emptyHistory} text={system.emptyHistoryText} />;
  return (
    <Flex vertical gap={12}>
      {rows.map(({ revision, at, by, agreedBy, reason, changes }) => (
        <Card
          key={revision}
          size="small"
          data-revision={revision}
          title={
            <Flex wrap gap={12}>
              <span>
                {system.revision} {revision}
              </span>
              <BeijingTime at={at} />
              <span>{by}</span>
              {agreedBy !== null && <span>{system.proposals.agreedBy(agreedBy)}</span>}
            </Flex>
          }
        >
          <Typography.Paragraph>{reason}</Typography.Paragraph>
          <DiffTable diff={changes} />
        </Card>
      ))}
      {list.hasNextPage && (
        <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {common.loadMore}
        </Button>
      )}
    </Flex>
  );
}
