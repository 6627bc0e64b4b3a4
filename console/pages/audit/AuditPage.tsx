import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Button, DatePicker, Flex, Input, Select } from 'antd';
import dayjs from 'dayjs';
import { AUDIT_KINDS } from '../../../domain/auditKinds.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import type { Fold } from '../../parts/foldColumns.ts';
import { ListFoot } from '../../parts/ListFoot.tsx';
import { LongTable } from '../../parts/LongTable.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import { useHospital } from '../../shell/HospitalSwitch.tsx';
import { AuditDrawer } from './AuditDrawer.tsx';
import { AuditResult } from './AuditResult.tsx';
import { auditQuery, rowOf } from './queries.ts';
import { whoText } from './whoText.ts';

const route = getRouteApi('/audit');

const FOLDS: readonly Fold[] = [
  { column: 'via', into: 'user', width: 150 },
  { column: 'from', into: 'user', width: 150 },
];

/** 审计: who saw or changed what. */
export function AuditPage() {
  const labels = useLabels();
  const { audit: words, codes, common } = labels;
  const { from, to, user, kind, entry } = route.useSearch();
  const navigate = route.useNavigate();
  const merchantId = useHospital();
  const nameOf = useMerchantName();
  const given = { from, to, user, kind, merchantId };
  const filter = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const list = useInfiniteQuery(auditQuery(filter));
  const rows = list.data?.pages.flatMap(({ items }) => items.map(rowOf)) ?? [];
  const isFiltered = Object.keys(filter).length > 0;
  const nothing = isFiltered ? (
    <Nothing title={common.emptyFiltered} />
  ) : (
    <Nothing title={words.none} text={words.noneText} />
  );
  return (
    <Page title={words.title} tools={<Filters onRefresh={() => void list.refetch()} />}>
      {list.error && <ProblemNote error={list.error} />}
      <LongTable
        rows={rows}
        rowKey="key"
        isLoading={list.isPending}
        nothing={nothing}
        onOpen={({ key }) => void navigate({ search: (was) => ({ ...was, entry: key }) })}
        onNearEnd={() => {
          if (list.hasNextPage && !list.isFetching) void list.fetchNextPage();
        }}
        folds={FOLDS}
        columns={[
          { key: 'at', title: common.time, width: 130, render: (_, { at }) => <BeijingTime at={at} /> },
          { key: 'kind', title: words.kind, width: 110, render: (_, row) => codes.auditKind[row.kind] },
          {
            key: 'user',
            title: words.user,
            width: 110,
            ellipsis: true,
            render: (_, row) => whoText(row, labels),
          },
          { key: 'via', title: words.via, width: 100, render: (_, { via }) => codes.auditWay[via] },
          { key: 'from', title: words.from, width: 120, ellipsis: true, render: (_, { from }) => from },
          {
            key: 'hospital',
            title: common.hospital,
            width: 120,
            ellipsis: true,
            render: (_, { merchants }) => (merchants.length === 0 ? '—' : merchants.map(nameOf).join('、')),
          },
          {
            key: 'result',
            title: words.result,
            width: 90,
            render: (_, { status }) => <AuditResult status={status} />,
          },
        ]}
      />
      <ListFoot list={list} rows={rows.length} />
      <AuditDrawer
        entry={rows.find(({ key }) => key === entry) ?? null}
        onClose={() => void navigate({ search: (was) => ({ ...was, entry: undefined }) })}
      />
    </Page>
  );
}

function Filters({ onRefresh }: { readonly onRefresh: () => void }) {
  const { audit: words, codes, common } = useLabels();
  const { from, to, user, kind } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Flex wrap gap={8}>
      <DatePicker.RangePicker
        aria-label={words.dates}
        allowEmpty={[true, true]}
        value={[from === undefined ? null : dayjs(from), to === undefined ? null : dayjs(to)]}
        style={{ width: 250 }}
        onChange={(days) =>
          void navigate({
            search: (was) => ({
              ...was,
              from: days?.[0]?.format('YYYY-MM-DD'),
              to: days?.[1]?.format('YYYY-MM-DD'),
            }),
          })
        }
      />
      <Input.Search
        key={user ?? ''}
        aria-label={words.user}
        placeholder={words.userPlaceholder}
        defaultValue={user ?? ''}
        allowClear
        style={{ width: 180 }}
        onSearch={(name) =>
          void navigate({ search: (was) => ({ ...was, user: name.trim() === '' ? undefined : name.trim() }) })
        }
      />
      <Select
        aria-label={words.kind}
        value={kind ?? null}
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        placeholder={words.kind}
        style={{ width: 150 }}
        options={AUDIT_KINDS.map((value) => ({ value, label: codes.auditKind[value] }))}
        onChange={(value) => void navigate({ search: (was) => ({ ...was, kind: value ?? undefined }) })}
      />
      <Button onClick={onRefresh}>{common.refresh}</Button>
    </Flex>
  );
}
