import { useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Alert, Col, Flex, Row } from 'antd';
import { useLive } from '../../api/live.ts';
import { meQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useConnectsHospitals } from '../../parts/useConnectsHospitals.ts';
import { useHospital } from '../../shell/HospitalSwitch.tsx';
import { useShownPages } from '../../shell/useShownPages.ts';
import { alertsChanged } from '../alerts/queries.ts';
import { CloseBoard } from './CloseBoard.tsx';
import { Feeds } from './Feeds.tsx';
import { Figures } from './Figures.tsx';
import { HourChart } from './HourChart.tsx';
import { MinuteChart } from './MinuteChart.tsx';
import { OpenAlerts } from './OpenAlerts.tsx';
import { OpenByHospital } from './OpenByHospital.tsx';
import { overviewQuery } from './queries.ts';

/** 首页: how things stand, at a glance. */
export function HomePage() {
  const { home } = useLabels();
  const queries = useQueryClient();
  const hospital = useHospital();
  const { data: me } = useSuspenseQuery(meQuery);
  const overview = useQuery(overviewQuery(hospital));
  useLive(['alert'], () => {
    alertsChanged(queries);
    void overview.refetch();
  });
  const hospitals = me.merchants.filter(({ id }) => hospital === undefined || id === hospital);
  return (
    <Page title={home.title}>
      {overview.error && <ProblemNote error={overview.error} />}
      {overview.data?.feeds.length === 0 && overview.data.open.length === 0 && <Start />}
      <Row gutter={[16, 16]}>
        <Col span={24}>
          <Figures overview={overview.data} hospitals={hospitals} merchantId={hospital} />
        </Col>
        <Col xs={24} lg={12}>
          <HourChart hours={overview.data?.hours} />
        </Col>
        <Col xs={24} lg={12}>
          <MinuteChart overview={overview.data} />
        </Col>
        <Col xs={24} xl={14}>
          <CloseBoard hospitals={hospitals} connected={overview.data?.connected} />
        </Col>
        <Col xs={24} xl={10}>
          <Row gutter={[16, 16]}>
            <Col span={24}>
              <OpenAlerts merchantId={hospital} />
            </Col>
            <Col span={24}>
              <OpenByHospital overview={overview.data} />
            </Col>
            <Col span={24}>
              <Feeds overview={overview.data} />
            </Col>
          </Row>
        </Col>
      </Row>
    </Page>
  );
}

/** To whoever has an empty system in front of them: above its zeros, where it is seen. */
function Start() {
  const { home, menu } = useLabels();
  const connects = useConnectsHospitals();
  const steps = (
    <Flex wrap gap={16}>
      {useShownPages().includes('system') && <Link to="/system">{home.emptyHospitals}</Link>}
      <a href="/docs">{home.emptyDocs}</a>
      <Link to="/bill-files">{menu['bill-files']}</Link>
    </Flex>
  );
  return (
    <Alert
      type="info"
      showIcon
      data-start=""
      style={{ marginBlockEnd: 16 }}
      title={home.emptyTitle}
      description={
        <>
          <div>{connects ? home.emptyText : home.emptyAsk}</div>
          {connects && steps}
        </>
      }
    />
  );
}
