import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Col, Row } from 'antd';
import { useLive } from '../../api/live.ts';
import { meQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { Page } from '../../parts/Page.tsx';
import { useHospital } from '../../shell/HospitalSwitch.tsx';
import { alertsChanged } from '../alerts/queries.ts';
import { CloseBoard } from './CloseBoard.tsx';
import { Figures } from './Figures.tsx';
import { OpenByHospital } from './OpenByHospital.tsx';
import { OpenAlerts } from './OpenAlerts.tsx';

/** 首页: how things stand, at a glance. */
export function HomePage() {
  const { home } = useLabels();
  const queries = useQueryClient();
  const hospital = useHospital();
  const { data: me } = useSuspenseQuery(meQuery);
  useLive(['alert'], () => alertsChanged(queries));
  const hospitals = me.merchants.filter(({ id }) => hospital === undefined || id === hospital);
  return (
    <Page title={home.title}>
      <Row gutter={[16, 16]}>
        <Col span={24}>
          <Figures hospitals={hospitals} />
        </Col>
        <Col xs={24} xl={14}>
          <CloseBoard hospitals={hospitals} />
        </Col>
        <Col xs={24} xl={10}>
          <Row gutter={[16, 16]}>
            <Col span={24}>
              <OpenByHospital hospitals={hospitals} />
            </Col>
            <Col span={24}>
              <OpenAlerts merchantId={hospital} />
            </Col>
          </Row>
        </Col>
      </Row>
    </Page>
  );
}
