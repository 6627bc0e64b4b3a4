import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Card, DatePicker, Table, Tag } from 'antd';
import dayjs from 'dayjs';
import { addDays, businessDateOf } from '../../../domain/businessDate.ts';
import { useLabels } from '../../labels/useLabels.ts';
import type { Labels } from '../../labels/zh.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import { OutcomeTag } from '../../parts/CodeTag.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useNow } from '../../parts/useNow.ts';
import { PLACE } from '../reconciliation/place.ts';
import type { BoardRow } from './boardRows.ts';
import { boardRows } from './boardRows.ts';
import type { Hospital } from './hospital.ts';
import type { Overview, Wait } from './queries.ts';
import { runsQuery, waitsQuery } from './queries.ts';
import { beijingText, countText } from '../../parts/texts.ts';

const route = getRouteApi('/');

type Props = {
  readonly hospitals: readonly Hospital[];
  /** undefined: it is not known yet. */
  readonly connected: Overview['connected'] | undefined;
};

/** How each hospital's day was closed: 正常, 异常, 失败 with its reason, or what it waits for. */
export function CloseBoard({ hospitals, connected }: Props) {
  const { common, home } = useLabels();
  const nowMs = useNow(60_000);
  const navigate = route.useNavigate();
  const today = businessDateOf(nowMs);
  const date = route.useSearch().date ?? addDays(today, -1);
  const runs = useQuery(runsQuery(date));
  const waits = useQuery(waitsQuery);
  const rows = boardRows({
    hospitals,
    date,
    today,
    runs: runs.data?.items ?? [],
    waits: waits.data?.items ?? [],
    connected: connected ?? [],
  });
  const picker = (
    <DatePicker
      aria-label={home.boardDate}
      size="small"
      allowClear={false}
      value={dayjs(date)}
      maxDate={dayjs(today)}
      onChange={(day) => void navigate({ search: (was) => ({ ...was, date: day?.format('YYYY-MM-DD') }) })}
    />
  );
  return (
    <Card size="small" title={home.boardTitle} extra={picker}>
      {runs.error && <ProblemNote error={runs.error} />}
      <Table<BoardRow>
        size="small"
        rowKey="merchantId"
        pagination={hospitals.length > 50 ? { pageSize: 50 } : false}
        loading={runs.isPending || waits.isPending || connected === undefined}
        dataSource={rows.slice()}
        locale={{ emptyText: <Nothing title={common.empty} /> }}
        columns={[
          { title: common.hospital, width: 170, ellipsis: true, render: (_, row) => <Place row={row} /> },
          { title: common.status, width: 96, render: (_, row) => <Outcome row={row} /> },
          { title: home.exceptions, width: 108, align: 'right', render: (_, row) => exceptionsText(row) },
          { title: common.details, render: (_, row) => <Says row={row} date={date} nowMs={nowMs} /> },
          {
            title: common.time,
            width: 130,
            render: (_, { run }) => <BeijingTime at={run?.endedAt ?? null} />,
          },
        ]}
      />
    </Card>
  );
}

/** To what its day ended in, where it was closed. */
function Place({ row: { name, run } }: { readonly row: BoardRow }) {
  if (run === null || run.mode === 'REALTIME') return <>{name}</>;
  return (
    <Link to={`${PLACE[run.mode].path}/$runId`} params={{ runId: run.id }} search={{}}>
      {name}
    </Link>
  );
}

function Outcome({ row: { run, open } }: { readonly row: BoardRow }) {
  const { home } = useLabels();
  if (open === null) return run && <OutcomeTag code={run.outcome} />;
  const isAwaited = open === 'WAITS' || open === 'DUE';
  return <Tag color={isAwaited ? 'processing' : 'default'}>{home.openDay[open]}</Tag>;
}

type SaysProps = { readonly row: BoardRow; readonly date: string; readonly nowMs: number };

function exceptionsText({ exceptions }: BoardRow): string {
  return exceptions === null ? '—' : countText(exceptions);
}

function Says({ row: { run, wait, open }, date, nowMs }: SaysProps) {
  const labels = useLabels();
  const { codes, home } = labels;
  if (wait && wait.businessDate < date) return <>{home.waitsBehind(wait.businessDate)}</>;
  if (wait) {
    const until = home.waitsUntil(beijingText(Date.parse(wait.until), nowMs));
    const bills = wait.waitsFor.map((what) => billOf(what, labels)).join('、');
    return (
      <>
        {home.waitsForBill(bills)} · {until}
      </>
    );
  }
  if (open !== null && open !== 'WAITS') return <>{home.openDayText[open]}</>;
  return <>{run?.reasons.map((reason) => codes.failureReason[reason]).join('、') || '—'}</>;
}

/** A channel's bill by its channel, another by its book and where it is asked for. */
function billOf({ book, channel, source }: Wait['waitsFor'][number], { codes, home }: Labels): string {
  const bill = channel === null ? codes.book[book] : home.theBill(codes.channel[channel]);
  return source === null || book === 'CHANNEL' ? bill : home.billFrom(bill, home.billSources[source]);
}
