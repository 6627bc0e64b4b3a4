import { getRouteApi } from '@tanstack/react-router';
import { Segmented } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { Page } from '../../parts/Page.tsx';
import { BillErrors } from './BillErrors.tsx';
import { ExceptionList } from './ExceptionList.tsx';
import { OrderRefund } from './OrderRefund.tsx';
import type { Tab } from './tabs.ts';
import { TABS } from './tabs.ts';

const route = getRouteApi('/exceptions');

/** 异常订单: the list, refunds of an order by its number, and rows of bills in error. */
export function ExceptionsPage() {
  const { exceptions: words } = useLabels();
  const { tab = 'list' } = route.useSearch();
  const navigate = route.useNavigate();
  const tabs = (
    <Segmented<Tab>
      aria-label={words.title}
      value={tab}
      options={TABS.map((value) => ({ value, label: words.tabs[value] }))}
      onChange={(value) =>
        void navigate({ search: (was) => ({ ...was, tab: value === 'list' ? undefined : value }) })
      }
    />
  );
  return (
    <Page title={words.title} tools={tabs}>
      {tab === 'list' && <ExceptionList />}
      {tab === 'refund' && <OrderRefund />}
      {tab === 'bills' && <BillErrors />}
    </Page>
  );
}
