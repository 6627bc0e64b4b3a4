import { Link } from '@tanstack/react-router';
import { Alert } from 'antd';
import type { ReactNode } from 'react';
import { useLabels } from '../../labels/useLabels.ts';
import { useShownPages } from '../../shell/useShownPages.ts';
import type { AlertItem } from './queries.ts';

/** What to do about an open alert, and where. */
export function NextStep({ alert }: { readonly alert: AlertItem }) {
  const { codes } = useLabels();
  return (
    <Alert
      type="info"
      showIcon
      style={{ marginBlockEnd: 16 }}
      title={
        <>
          {codes.alertAdvice[alert.kind]} <Where alert={alert} />
        </>
      }
    />
  );
}

function Where({ alert: { kind, merchantId, detail } }: { readonly alert: AlertItem }): ReactNode {
  const { menu } = useLabels();
  const shown = useShownPages();
  const hospital = merchantId === '' ? undefined : merchantId;
  switch (kind) {
    case 'DAY_NOT_CLOSED':
      return (
        <Link to="/three-way" search={{ hospital, from: detail, to: detail }}>
          {menu['three-way']}
        </Link>
      );
    case 'BILL_LATE':
      return (
        <Link to="/bill-files" search={{ hospital, from: detail, to: detail }}>
          {menu['bill-files']}
        </Link>
      );
    case 'DEAD_LETTERS':
      return shown.includes('dead-letters') ? <Link to="/dead-letters">{menu['dead-letters']}</Link> : null;
    case 'CHANNEL_ONE_SIDED':
    case 'ORDERS_ONE_SIDED':
    case 'AMOUNT_WRONG':
    case 'PAID_TWICE':
    case 'MATCH_RATE_LOW':
      return (
        <Link to="/exceptions" search={{ hospital }}>
          {menu.exceptions}
        </Link>
      );
    case 'FEED_SILENT':
    case 'CLOCK_WRONG':
    case 'REFUND_STUCK':
      return null;
  }
}
