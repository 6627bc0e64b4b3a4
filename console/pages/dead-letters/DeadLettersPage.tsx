import { useInfiniteQuery, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Segmented, Tag } from 'antd';
import { meQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import { CopyableId } from '../../parts/CopyableId.tsx';
import type { Fold } from '../../parts/foldColumns.ts';
import { ListFoot } from '../../parts/ListFoot.tsx';
import { LongTable } from '../../parts/LongTable.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { LetterDrawer } from './LetterDrawer.tsx';
import { adviceOf } from './letterText.ts';
import { lettersQuery } from './queries.ts';
import { useHospitalName } from '../../parts/useHospitalName.ts';

const route = getRouteApi('/dead-letters');

const FOLDS: readonly Fold[] = [
  { column: 'place', into: 'cause' },
  { column: 'advice', into: 'cause', width: 380 },
];

/** 死信: events that could not be taken, to be looked at and, once their cause is mended, replayed. */
export function DeadLettersPage() {
  const labels = useLabels();
  const { codes, common, deadLetters: words } = labels;
  const { all = false, letter: openId } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: me } = useSuspenseQuery(meQuery);
  const list = useInfiniteQuery(lettersQuery(all));
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const hospitalOf = useHospitalName();
  const tools = (
    <Segmented
      aria-label={words.state}
      value={all ? 'ALL' : 'OPEN'}
      options={[
        { value: 'OPEN', label: words.onlyOpen },
        { value: 'ALL', label: common.all },
      ]}
      onChange={(value) =>
        void navigate({ search: (was) => ({ ...was, all: value === 'ALL' ? true : undefined }) })
      }
    />
  );
  return (
    <Page title={words.title} tools={tools}>
      {list.error && <ProblemNote error={list.error} />}
      <LongTable
        rows={rows}
        rowKey="id"
        isLoading={list.isPending}
        nothing={
          <Nothing title={words.none} text={me.allMerchants ? words.noneText : words.allHospitalsOnly} />
        }
        onOpen={({ id }) => void navigate({ search: (was) => ({ ...was, letter: id }) })}
        onNearEnd={() => {
          if (list.hasNextPage && !list.isFetching) void list.fetchNextPage();
        }}
        folds={FOLDS}
        columns={[
          {
            key: 'receivedAt',
            title: words.receivedAt,
            width: 150,
            render: (_, each) => <BeijingTime at={each.receivedAt} />,
          },
          {
            key: 'cause',
            title: words.cause,
            width: 220,
            render: (_, { code }) => codes.deadLetter[code] ?? code,
          },
          {
            key: 'advice',
            title: words.advice,
            width: 420,
            ellipsis: true,
            render: (_, each) => adviceOf(each, { labels, hospital: hospitalOf(each.merchantId) }),
          },
          { key: 'place', title: words.place, width: 190, render: (_, { id }) => <CopyableId id={id} /> },
          {
            key: 'state',
            title: words.state,
            width: 110,
            render: (_, { replayedAt }) =>
              replayedAt === null ? (
                <Tag color="warning">{words.open}</Tag>
              ) : (
                <Tag color="success">{words.replayed}</Tag>
              ),
          },
        ]}
      />
      <ListFoot list={list} rows={rows.length} />
      <LetterDrawer
        letter={rows.find(({ id }) => id === openId) ?? null}
        onClose={() => void navigate({ search: (was) => ({ ...was, letter: undefined }) })}
      />
    </Page>
  );
}
