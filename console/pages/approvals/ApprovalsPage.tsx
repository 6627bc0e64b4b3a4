import { useInfiniteQuery, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Segmented } from 'antd';
import { useState } from 'react';
import { meQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { LongTable } from '../../parts/LongTable.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useHospital } from '../../shell/HospitalSwitch.tsx';
import { Proposals } from '../system/Proposals.tsx';
import { ACTION_FOLDS, useActionColumns } from './actionColumns.tsx';
import { DecideDialog } from './DecideDialog.tsx';
import type { ActionItem } from './queries.ts';
import { actionsQuery } from './queries.ts';

const route = getRouteApi('/approvals');
type Decided = { readonly item: ActionItem; readonly isAgreed: boolean };

/** 审批: what waits for a second person, money and settings alike, and what people did before. */
export function ApprovalsPage() {
  const { approvals: words } = useLabels();
  const { show } = route.useSearch();
  const navigate = route.useNavigate();
  const isAll = show === 'ALL';
  const { data: me } = useSuspenseQuery(meQuery);
  const list = useInfiniteQuery(actionsQuery({ isAll, merchantId: useHospital() }));
  const [decided, decideOn] = useState<Decided | null>(null);
  const columns = useActionColumns({ me, isAll, onDecide: (item, isAgreed) => decideOn({ item, isAgreed }) });
  const tabs = (
    <Segmented<'WAITING' | 'ALL'>
      aria-label={words.title}
      value={show ?? 'WAITING'}
      options={[
        { value: 'WAITING', label: words.waiting },
        { value: 'ALL', label: words.all },
      ]}
      onChange={(value) =>
        void navigate({ search: (was) => ({ ...was, show: value === 'ALL' ? value : undefined }) })
      }
    />
  );
  return (
    <Page title={words.title} tools={tabs}>
      {list.error && <ProblemNote error={list.error} />}
      <Proposals isAll={isAll} />
      <LongTable
        rows={list.data?.pages.flatMap(({ items }) => items) ?? []}
        rowKey="actionId"
        columns={columns}
        folds={ACTION_FOLDS}
        isLoading={list.isPending}
        nothing={
          isAll ? (
            <Nothing title={words.emptyAll} />
          ) : (
            <Nothing title={words.emptyWaiting} text={words.emptyWaitingText} />
          )
        }
        onNearEnd={() => {
          if (list.hasNextPage && !list.isFetching) void list.fetchNextPage();
        }}
      />
      {decided && <DecideDialog {...decided} onClose={() => decideOn(null)} />}
    </Page>
  );
}
