import { useInfiniteQuery } from '@tanstack/react-query';
import { Alert, Flex, Input, Segmented, Select, Typography } from 'antd';
import { useEffect } from 'react';
import { CHANNELS, KINDS } from '../../../domain/entry.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { LongTable } from '../../parts/LongTable.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { countText } from '../../parts/texts.ts';
import { EXCEPTION_FOLDS, useExceptionColumns } from './exceptionColumns.tsx';
import { RUN } from './place.ts';
import type { ExceptionRow, Run, RunMode } from './queries.ts';
import { runExceptionsQuery } from './queries.ts';
import { EXCEPTION_TYPES } from './search.ts';
import { useOpenCase } from '../../parts/case/openCase.ts';

/** So many are loaded by themselves, so that they can be sorted and filtered as a whole. */
const LOADED_AT_ONCE = 10_000;
const SETTLED: ReadonlySet<string> = new Set(['RESOLVED', 'HEALED']);

type Props = { readonly run: Run; readonly mode: RunMode; readonly isPublished: boolean };

/** The exceptions of a run that counts; of another one there is nothing to be done about them. */
export function ExceptionsTab({ run, mode, isPublished }: Props) {
  const { threeWay: words } = useLabels();
  if (!isPublished) return <Alert type="info" showIcon title={words.replacedExceptions} />;
  return <Exceptions run={run} mode={mode} />;
}

function Exceptions({ run, mode }: Omit<Props, 'isPublished'>) {
  const { threeWay: words } = useLabels();
  const { status, type, kind, channel, q } = RUN[mode].useSearch();
  const { merchantId, businessDate: date } = run;
  const list = useInfiniteQuery(runExceptionsQuery({ mode, merchantId, date, type, kind, q }));
  const loaded = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const { hasNextPage, isFetching, fetchNextPage } = list;
  const isMoreWanted = hasNextPage && !isFetching && loaded.length < LOADED_AT_ONCE;
  useEffect(() => {
    if (isMoreWanted) void fetchNextPage();
  }, [isMoreWanted, fetchNextPage]);
  const rows = loaded.filter(
    (row) =>
      (status === undefined || SETTLED.has(row.status) === (status === 'SETTLED')) &&
      (channel === undefined || row.channel === channel),
  );
  const columns = useExceptionColumns(mode);
  const openCase = useOpenCase();
  const isFiltered = [status, type, kind, channel, q].some((each) => each !== undefined);
  return (
    <>
      <Filters mode={mode} />
      {list.error && <ProblemNote error={list.error} />}
      <LongTable<ExceptionRow>
        rows={rows}
        rowKey="id"
        columns={columns}
        folds={EXCEPTION_FOLDS}
        isLoading={list.isPending}
        nothing={<Nothing title={isFiltered ? words.noneMatches : words.noExceptions} />}
        onOpen={({ id }) => openCase(id)}
        onNearEnd={() => {
          if (hasNextPage && !isFetching) void fetchNextPage();
        }}
      />
      <Typography.Text type="secondary">
        {words.loadedNote(countText(rows.length), countText(loaded.length) + (hasNextPage ? '+' : ''))}
      </Typography.Text>
    </>
  );
}

function Filters({ mode }: { readonly mode: RunMode }) {
  const { threeWay: words, codes, common } = useLabels();
  const { status, type, kind, channel, q } = RUN[mode].useSearch();
  const navigate = RUN[mode].useNavigate();
  return (
    <Flex wrap gap={8} style={{ marginBlockEnd: 12 }}>
      <Segmented
        aria-label={common.status}
        value={status ?? 'ALL'}
        options={[
          { value: 'ALL', label: words.all },
          { value: 'PENDING', label: words.statusPending },
          { value: 'SETTLED', label: words.statusSettled },
        ]}
        onChange={(value) =>
          void navigate({
            search: (was) => ({
              ...was,
              status: value === 'PENDING' || value === 'SETTLED' ? value : undefined,
            }),
          })
        }
      />
      <Select
        aria-label={words.type}
        placeholder={words.type}
        allowClear
        value={type ?? null}
        style={{ width: 140 }}
        options={EXCEPTION_TYPES.map((value) => ({ value, label: codes.verdict[value] }))}
        onChange={(value) => void navigate({ search: (was) => ({ ...was, type: value ?? undefined }) })}
      />
      <Select
        aria-label={common.kind}
        placeholder={common.kind}
        allowClear
        value={kind ?? null}
        style={{ width: 110 }}
        options={KINDS.map((value) => ({ value, label: codes.kind[value] }))}
        onChange={(value) => void navigate({ search: (was) => ({ ...was, kind: value ?? undefined }) })}
      />
      <Select
        aria-label={common.channel}
        placeholder={common.channel}
        allowClear
        value={channel ?? null}
        style={{ width: 130 }}
        options={CHANNELS.map((value) => ({ value, label: codes.channel[value] }))}
        onChange={(value) => void navigate({ search: (was) => ({ ...was, channel: value ?? undefined }) })}
      />
      <Input.Search
        aria-label={words.searchNo}
        placeholder={words.searchNo}
        allowClear
        defaultValue={q ?? ''}
        maxLength={64}
        style={{ width: 300 }}
        onSearch={(text) => {
          const wanted = text.trim();
          void navigate({ search: (was) => ({ ...was, q: wanted === '' ? undefined : wanted }) });
        }}
      />
    </Flex>
  );
}
