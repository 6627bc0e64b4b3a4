import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Card, Flex, Typography } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import { SeverityTag } from '../../parts/CodeTag.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import { useShownPages } from '../../shell/useShownPages.ts';
import { alertSubject } from '../alerts/alertSubject.ts';
import type { AlertItem } from '../alerts/queries.ts';
import { alertsQuery } from '../alerts/queries.ts';

const SHOWN = 8;

export function OpenAlerts({ merchantId }: { readonly merchantId: string | undefined }) {
  const labels = useLabels();
  const { alerts: words, codes, common, home } = labels;
  const nameOf = useMerchantName();
  const list = useInfiniteQuery(alertsQuery({ state: 'OPEN', merchantId }));
  const alerts = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const mayOpen = useShownPages().includes('alerts');
  const titleOf = (alert: AlertItem): string => {
    const hospital = alert.merchantId === '' ? common.none : nameOf(alert.merchantId);
    return [codes.alertKind[alert.kind], hospital, alertSubject(alert, labels)]
      .filter((part) => part !== common.none)
      .join(' · ');
  };
  return (
    <Card size="small" title={home.alertsTitle} extra={mayOpen && <Link to="/alerts">{home.allAlerts}</Link>}>
      {alerts.length === 0 ? (
        <Nothing title={words.emptyOpen} text={words.emptyOpenText} />
      ) : (
        <Flex vertical gap={8} component="ul" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
          {alerts.slice(0, SHOWN).map((alert) => (
            <li key={alert.alertId}>
              <Flex gap={8} align="baseline">
                <SeverityTag code={alert.severity} />
                {mayOpen ? (
                  <Link to="/alerts" search={{ alert: alert.alertId }} style={{ flex: 1 }}>
                    {titleOf(alert)}
                  </Link>
                ) : (
                  <span style={{ flex: 1 }}>{titleOf(alert)}</span>
                )}
                <Typography.Text type="secondary">
                  <BeijingTime at={alert.since} />
                </Typography.Text>
              </Flex>
            </li>
          ))}
        </Flex>
      )}
    </Card>
  );
}
