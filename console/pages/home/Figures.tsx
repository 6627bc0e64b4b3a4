import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Card, Col, Row, Statistic, Typography } from 'antd';
import { businessDateOf } from '../../../domain/businessDate.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useNow } from '../../parts/useNow.ts';
import { alertsQuery } from '../alerts/queries.ts';
import type { Hospital } from './hospital.ts';
import { ofHospitals } from './hospital.ts';
import { stakeOf } from './openByHospital.ts';
import { matchRatesQuery, openExceptionsQuery, waitsQuery } from './queries.ts';
import { countText, moneyText, percentText } from '../../parts/texts.ts';

/** The four numbers on top. */
export function Figures({ hospitals }: { readonly hospitals: readonly Hospital[] }) {
  const { home } = useLabels();
  const today = businessDateOf(useNow(60_000));
  const rates = useQuery(matchRatesQuery(today));
  const open = useQuery(openExceptionsQuery);
  const waits = useQuery(waitsQuery);
  const alerts = useInfiniteQuery(alertsQuery({ state: 'OPEN' }));

  const judged = ofHospitals(rates.data?.items ?? [], hospitals);
  const verdicts = judged.reduce((sum, each) => sum + each.verdicts, 0);
  const matched = judged.reduce((sum, each) => sum + each.matched, 0);
  const exceptions = ofHospitals(open.data?.items ?? [], hospitals);
  const stake = exceptions.reduce((sum, each) => sum + stakeOf(each), 0n);
  const isCut = open.data?.nextCursor !== null && open.data !== undefined;
  const openAlerts = alerts.data?.pages.flatMap(({ items }) => items) ?? [];
  const critical = openAlerts.filter(({ severity }) => severity === 'CRITICAL').length;
  const error = rates.error ?? open.error ?? waits.error ?? alerts.error;
  return (
    <>
      {error && <ProblemNote error={error} />}
      <Row gutter={[16, 16]}>
        <Figure
          title={home.matchRate}
          value={percentText(matched, verdicts)}
          hint={verdicts === 0 ? home.noVerdictsYet : `${countText(matched)} / ${countText(verdicts)}`}
          isLoading={rates.isPending}
        />
        <Figure
          title={home.openExceptions}
          value={`${countText(exceptions.length)}${isCut ? '+' : ''}`}
          hint={`${home.openAmount} ${moneyText(stake)}${isCut ? '+' : ''}`}
          isLoading={open.isPending}
        />
        <Figure
          title={home.openAlerts}
          value={countText(openAlerts.length)}
          hint={openAlerts.length === 0 ? home.noAlerts : home.critical(countText(critical))}
          isLoading={alerts.isPending}
        />
        <Figure
          title={home.waitingDays}
          value={countText(ofHospitals(waits.data?.items ?? [], hospitals).length)}
          hint=" "
          isLoading={waits.isPending}
        />
      </Row>
    </>
  );
}

type FigureProps = {
  readonly title: string;
  readonly value: string;
  readonly hint: string;
  readonly isLoading: boolean;
};

function Figure({ title, value, hint, isLoading }: FigureProps) {
  return (
    <Col xs={24} sm={12} xl={6}>
      <Card size="small">
        <Statistic title={title} value={value} loading={isLoading} />
        <Typography.Text type="secondary" className="dz-number">
          {hint}
        </Typography.Text>
      </Card>
    </Col>
  );
}
