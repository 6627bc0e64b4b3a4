import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { DatePicker, Flex, Typography } from 'antd';
import dayjs from 'dayjs';
import { businessDateOf } from '../../../domain/businessDate.ts';
import { merchantsQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { LongTable } from '../../parts/LongTable.tsx';
import { MenuButton } from '../../parts/MenuButton.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { countText } from '../../parts/texts.ts';
import { pathWith, useDownload } from '../../parts/useDownload.tsx';
import { useNow } from '../../parts/useNow.ts';
import { useHospital } from '../../shell/HospitalSwitch.tsx';
import { CloseDialog } from './CloseDialog.tsx';
import { currentRuns } from './currentRuns.ts';
import { PLACE, RECORDS } from './place.ts';
import type { RunMode } from './queries.ts';
import { runsQuery } from './queries.ts';
import { RECORD_FOLDS, useRecordColumns } from './recordColumns.tsx';

/** 对账记录 of one mode: by dates and hospital, each with its way to the result. */
export function RecordsPage({ mode }: { readonly mode: RunMode }) {
  const { menu, common, threeWay: words } = useLabels();
  const { page, path } = PLACE[mode];
  const { from, to } = RECORDS[mode].useSearch();
  const navigate = RECORDS[mode].useNavigate();
  const merchantId = useHospital();
  const list = useInfiniteQuery(runsQuery({ mode, merchantId, from, to }));
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const columns = useRecordColumns(mode, currentRuns(rows));
  const isFiltered = from !== undefined || to !== undefined || merchantId !== undefined;
  const isThree = mode === 'THREE_WAY';
  const nothing = isFiltered ? (
    <Nothing title={common.emptyFiltered} />
  ) : (
    <Nothing title={words.emptyTitle} text={isThree ? words.emptyThree : words.emptyTwo}>
      <Link to="/bill-files">{words.toBills}</Link>
    </Nothing>
  );
  return (
    <Page title={menu[page]} tools={<Tools mode={mode} />}>
      <Typography.Paragraph type="secondary">
        {isThree ? words.threeWayHint : words.twoWayHint}
      </Typography.Paragraph>
      {list.error && <ProblemNote error={list.error} />}
      <LongTable
        rows={rows}
        rowKey="id"
        columns={columns}
        folds={RECORD_FOLDS}
        isLoading={list.isPending}
        nothing={nothing}
        onOpen={({ id }) => void navigate({ to: `${path}/$runId`, params: { runId: id }, search: {} })}
        onNearEnd={() => {
          if (list.hasNextPage && !list.isFetching) void list.fetchNextPage();
        }}
      />
      <Typography.Text type="secondary">
        {list.hasNextPage ? common.shownSoFar(countText(rows.length)) : common.total(countText(rows.length))}
      </Typography.Text>
    </Page>
  );
}

function Tools({ mode }: { readonly mode: RunMode }) {
  const { threeWay: words } = useLabels();
  const { from, to } = RECORDS[mode].useSearch();
  const navigate = RECORDS[mode].useNavigate();
  const merchantId = useHospital();
  const download = useDownload();
  const { data: merchants } = useQuery(merchantsQuery);
  const today = dayjs(businessDateOf(useNow(60_000)));
  const last = (days: number) => [today.subtract(days - 1, 'day'), today] as [typeof today, typeof today];
  const exported = (format: string): void => {
    const query = { format, mode, merchantId, from, to };
    void download(pathWith('/api/v1/exports/reconciliations', query), words.exportRecords);
  };
  return (
    <Flex wrap gap={8}>
      <DatePicker.RangePicker
        aria-label={words.date}
        allowEmpty={[true, true]}
        value={[from === undefined ? null : dayjs(from), to === undefined ? null : dayjs(to)]}
        presets={[
          { label: words.last7, value: last(7) },
          { label: words.last30, value: last(30) },
        ]}
        placeholder={[words.from, words.to]}
        onChange={(span) => {
          const [first, end] = span ?? [];
          void navigate({
            search: (was) => ({ ...was, from: first?.format('YYYY-MM-DD'), to: end?.format('YYYY-MM-DD') }),
          });
        }}
      />
      <MenuButton
        items={['xlsx', 'csv'].map((key) => ({ key, label: key.toUpperCase() }))}
        onChoose={exported}
      >
        {words.exportRecords}
      </MenuButton>
      <CloseDialog
        hospitals={(merchants?.items ?? []).filter((merchant) => merchant.mode === mode)}
        merchantId={merchantId}
      />
    </Flex>
  );
}
