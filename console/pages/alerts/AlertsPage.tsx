import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Flex, Segmented, Select } from 'antd';
import { ALERT_KINDS } from '../../../domain/alert.ts';
import { useLive } from '../../api/live.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { ListFoot } from '../../parts/ListFoot.tsx';
import { LongTable } from '../../parts/LongTable.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useHospital } from '../../shell/HospitalSwitch.tsx';
import { AlertDrawer } from './AlertDrawer.tsx';
import { ALERT_FOLDS, useAlertColumns } from './alertColumns.tsx';
import { alertQuery, alertsChanged, alertsQuery } from './queries.ts';

const route = getRouteApi('/alerts');

/** 告警: what somebody should look at, as it happens. */
export function AlertsPage() {
  const labels = useLabels();
  const { alerts: words, common } = labels;
  const { state, kind, alert: openId } = route.useSearch();
  const navigate = route.useNavigate();
  const merchantId = useHospital();
  const queries = useQueryClient();
  const wanted = state === undefined ? 'OPEN' : state === 'ALL' ? undefined : state;
  const list = useInfiniteQuery(alertsQuery({ state: wanted, kind, merchantId }));
  useLive(['alert'], () => alertsChanged(queries));
  const columns = useAlertColumns();
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const listed = rows.find(({ alertId }) => alertId === openId);
  const linked = useQuery({
    ...alertQuery(openId ?? ''),
    enabled: openId !== undefined && listed === undefined && !list.isPending,
  });
  const isFiltered = kind !== undefined || merchantId !== undefined;
  const nothing =
    wanted === 'OPEN' && !isFiltered ? (
      <Nothing title={words.emptyOpen} text={words.emptyOpenText} />
    ) : (
      <Nothing title={isFiltered ? common.emptyFiltered : common.empty} />
    );
  return (
    <Page title={words.title} tools={<Filters />}>
      {list.error && <ProblemNote error={list.error} />}
      {linked.error && <ProblemNote error={linked.error} />}
      <LongTable
        rows={rows}
        rowKey="alertId"
        columns={columns}
        folds={ALERT_FOLDS}
        isLoading={list.isPending}
        nothing={nothing}
        onOpen={({ alertId }) => void navigate({ search: (was) => ({ ...was, alert: alertId }) })}
        onNearEnd={() => {
          if (list.hasNextPage && !list.isFetching) void list.fetchNextPage();
        }}
      />
      <ListFoot list={list} rows={rows.length} />
      <AlertDrawer
        alert={openId === undefined ? null : (listed ?? linked.data ?? null)}
        onClose={() => void navigate({ search: (was) => ({ ...was, alert: undefined }) })}
      />
    </Page>
  );
}

function Filters() {
  const { alerts: words, codes, common } = useLabels();
  const { state, kind } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Flex wrap gap={8}>
      <Segmented
        aria-label={common.status}
        value={state ?? 'OPEN'}
        options={[
          { value: 'OPEN', label: codes.alertState.OPEN },
          { value: 'CLOSED', label: codes.alertState.CLOSED },
          { value: 'ALL', label: common.all },
        ]}
        onChange={(value) =>
          void navigate({
            search: (was) => ({ ...was, state: value === 'CLOSED' || value === 'ALL' ? value : undefined }),
          })
        }
      />
      <Select
        aria-label={words.kind}
        value={kind ?? null}
        allowClear
        placeholder={words.kind}
        style={{ width: 180 }}
        options={ALERT_KINDS.map((value) => ({ value, label: codes.alertKind[value] }))}
        onChange={(value) => void navigate({ search: (was) => ({ ...was, kind: value ?? undefined }) })}
      />
    </Flex>
  );
}
