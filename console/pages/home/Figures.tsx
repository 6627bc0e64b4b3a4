import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Card, Flex, Statistic, Typography } from 'antd';
import { addDays, businessDateOf } from '../../../domain/businessDate.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { countText, moneyText, percentText } from '../../parts/texts.ts';
import { useNow } from '../../parts/useNow.ts';
import { PATH_OF } from '../../shell/pages.ts';
import { useShownPages } from '../../shell/useShownPages.ts';
import { alertsQuery } from '../alerts/queries.ts';
import { waitingDays } from './boardRows.ts';
import type { Hospital } from './hospital.ts';
import type { Overview } from './queries.ts';
import { runsQuery, waitsQuery } from './queries.ts';

const MINUTE_MS = 60_000;

type Props = {
  readonly overview: Overview | undefined;
  readonly hospitals: readonly Hospital[];
  readonly merchantId: string | undefined;
};

/** The numbers on top. */
export function Figures({ overview, hospitals, merchantId }: Props) {
  const { home } = useLabels();
  const waits = useQuery(waitsQuery);
  const alerts = useInfiniteQuery(alertsQuery({ state: 'OPEN', merchantId }));
  const { verdicts, matched } = judgedOf(overview);
  const open = overview?.open ?? [];
  const count = open.reduce((sum, each) => sum + each.count, 0);
  const stake = open.reduce((sum, each) => sum + BigInt(each.amountFen), 0n);
  const openAlerts = alerts.data?.pages.flatMap(({ items }) => items) ?? [];
  const critical = openAlerts.filter(({ severity }) => severity === 'CRITICAL').length;
  const today = businessDateOf(useNow(MINUTE_MS));
  const date = addDays(today, -1);
  const runs = useQuery(runsQuery(date));
  const waiting = waitingDays({
    hospitals,
    date,
    today,
    runs: runs.data?.items ?? [],
    waits: waits.data?.items ?? [],
    connected: overview?.connected ?? [],
  });
  const isLoading = overview === undefined;
  return (
    <Flex wrap gap={16} className="dz-figures">
      <Figure
        title={home.matchRate}
        value={percentText(matched, verdicts)}
        hint={verdicts === 0 ? home.noVerdictsYet : `${countText(matched)} / ${countText(verdicts)}`}
        isLoading={isLoading}
      />
      <Figure
        title={home.perMinute}
        value={countText(lastMinute(overview))}
        hint={home.lastHour(countText(ordersOf(overview)))}
        isLoading={isLoading}
      />
      <Figure
        title={home.openExceptions}
        value={countText(count)}
        hint={`${home.openAmount} ${moneyText(stake)}`}
        isLoading={isLoading}
        leadsTo="exceptions"
      />
      <Figure
        title={home.openAlerts}
        // There are more than a page of them: nobody has counted the rest.
        value={`${countText(openAlerts.length)}${alerts.hasNextPage ? '+' : ''}`}
        hint={openAlerts.length === 0 ? home.noAlerts : home.critical(countText(critical))}
        isLoading={alerts.isPending}
        leadsTo="alerts"
      />
      <Figure
        title={home.waitingDays}
        value={countText(waiting)}
        hint={waiting === 0 ? home.noneWaits : home.waitingHint}
        isLoading={waits.isPending || runs.isPending || isLoading}
      />
    </Flex>
  );
}

function judgedOf(overview: Overview | undefined) {
  const hours = overview?.hours ?? [];
  const sumOf = (field: 'verdicts' | 'matched') => hours.reduce((sum, each) => sum + each[field], 0);
  return { verdicts: sumOf('verdicts'), matched: sumOf('matched') };
}

/** Of the minute that is over: the one that runs is still filling. */
function lastMinute(overview: Overview | undefined): number {
  if (!overview) return 0;
  const lastMs = Math.floor(Date.parse(overview.at) / MINUTE_MS) * MINUTE_MS - MINUTE_MS;
  return overview.minutes.find(({ at }) => Date.parse(at) === lastMs)?.platform ?? 0;
}

function ordersOf(overview: Overview | undefined): number {
  return overview?.minutes.reduce((sum, { platform }) => sum + platform, 0) ?? 0;
}

type FigureProps = {
  readonly title: string;
  readonly value: string;
  readonly hint: string;
  readonly isLoading: boolean;
  /** The page that lists what is counted. */
  readonly leadsTo?: 'exceptions' | 'alerts';
};

function Figure({ title, value, hint, isLoading, leadsTo }: FigureProps) {
  const shown = useShownPages();
  const isLink = leadsTo !== undefined && shown.includes(leadsTo);
  return (
    <Card size="small">
      <Statistic
        title={isLink ? <Link to={PATH_OF[leadsTo]}>{title}</Link> : title}
        value={value}
        loading={isLoading}
      />
      <Typography.Text type="secondary">{hint}</Typography.Text>
    </Card>
  );
}
