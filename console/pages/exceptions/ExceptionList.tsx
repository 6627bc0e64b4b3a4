import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Flex, Typography } from 'antd';
import { useMemo, useState } from 'react';
import { useLabels } from '../../labels/useLabels.ts';
import { useOpenCase } from '../../parts/case/openCase.ts';
import { LongTable } from '../../parts/LongTable.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { countText } from '../../parts/texts.ts';
import { useHospital } from '../../shell/HospitalSwitch.tsx';
import { BulkWriteOff } from './BulkWriteOff.tsx';
import { EXCEPTION_FOLDS, sortOf, useExceptionColumns } from './exceptionColumns.tsx';
import { ExportButton } from './ExportButton.tsx';
import { Filters } from './Filters.tsx';
import { exceptionsQuery, filterOf } from './queries.ts';
import { SavedViews } from './SavedViews.tsx';

const route = getRouteApi('/exceptions');

/** Verdicts that need a person: filtered by the API, read page by page as one scrolls. */
export function ExceptionList() {
  const { exceptions: words, common } = useLabels();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filter = filterOf(search, useHospital());
  const list = useInfiniteQuery(exceptionsQuery(filter, search.sort));
  const openCase = useOpenCase();
  const columns = useExceptionColumns(search.sort);
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? [], [list.data]);
  const isFiltered = Object.keys(filter).length > 0;
  const more = list.hasNextPage ? common.shownSoFar : common.total;
  return (
    <>
      <Flex wrap gap={8} style={{ marginBlockEnd: 12 }}>
        <Filters />
        <SavedViews />
        <ExportButton />
      </Flex>
      {list.error && <ProblemNote error={list.error} />}
      <LongTable
        rows={rows}
        rowKey="id"
        columns={columns}
        folds={EXCEPTION_FOLDS}
        isLoading={list.isPending || list.isPlaceholderData}
        nothing={
          isFiltered ? (
            <Nothing title={common.emptyFiltered} />
          ) : (
            <Nothing title={words.emptyTitle} text={words.emptyText} />
          )
        }
        selection={{
          selectedRowKeys: [...chosen],
          onChange: (keys) => choose(new Set(keys.map(String))),
          getCheckboxProps: ({ orderNo }) => ({ 'aria-label': orderNo }),
        }}
        onOpen={({ id }) => openCase(id)}
        onChange={(_, __, sorter) => {
          const { columnKey, order } = Array.isArray(sorter) ? {} : sorter;
          void navigate({ search: (was) => ({ ...was, sort: sortOf(columnKey, order) }) });
        }}
        onNearEnd={() => {
          if (list.hasNextPage && !list.isFetching) void list.fetchNextPage();
        }}
      />
      <Flex wrap align="center" justify="space-between" gap={8} style={{ marginBlockStart: 8 }}>
        <Typography.Text type="secondary">{more(countText(rows.length))}</Typography.Text>
        <BulkWriteOff rows={rows.filter(({ id }) => chosen.has(id))} onDone={() => choose(new Set())} />
      </Flex>
    </>
  );
}
