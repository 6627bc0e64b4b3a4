import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Alert, Flex, Spin, Tabs } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import { BillsTab } from './BillsTab.tsx';
import { BreakdownTab } from './BreakdownTab.tsx';
import { CertificateTab } from './CertificateTab.tsx';
import { ExceptionsTab } from './ExceptionsTab.tsx';
import { PLACE, RUN } from './place.ts';
import type { Run, RunMode } from './queries.ts';
import { runQuery, summaryQuery } from './queries.ts';
import { reasonsText } from './recordColumns.tsx';
import { RunFigures } from './RunFigures.tsx';
import { RunTools } from './RunTools.tsx';
import { RUN_TABS } from './search.ts';

/** 对账结果: what a run found, of which bills, and what has become of it. */
export function RunPage({ mode }: { readonly mode: RunMode }) {
  const { menu, threeWay: words, common } = useLabels();
  const { runId } = RUN[mode].useParams();
  const run = useQuery(runQuery(runId));
  const nameOf = useMerchantName();
  const back = (
    <Link to={PLACE[mode].path} search={{}}>
      {words.back}
    </Link>
  );
  if (run.error) {
    return (
      <Page title={menu[PLACE[mode].page]} tools={back}>
        <ProblemNote error={run.error} />
      </Page>
    );
  }
  if (!run.data) {
    return (
      <Page title={menu[PLACE[mode].page]} tools={back}>
        <Spin aria-label={common.loading} />
      </Page>
    );
  }
  const { merchantId, businessDate } = run.data;
  const tools = (
    <Flex wrap gap={8} align="center">
      {back}
      <RunTools run={run.data} mode={mode} />
    </Flex>
  );
  return (
    <Page title={`${menu[PLACE[mode].page]} · ${nameOf(merchantId)} · ${businessDate}`} tools={tools}>
      <RunBody run={run.data} mode={mode} />
    </Page>
  );
}

function RunBody({ run, mode }: { readonly run: Run; readonly mode: RunMode }) {
  const labels = useLabels();
  const { threeWay: words, codes, common } = labels;
  const { tab } = RUN[mode].useSearch();
  const navigate = RUN[mode].useNavigate();
  const summary = useQuery(summaryQuery(run.id));
  const content = {
    exceptions: <ExceptionsTab run={run} mode={mode} isPublished={summary.data?.published ?? true} />,
    breakdown: <BreakdownTab run={run} shares={summary.data?.shares ?? []} isLoading={summary.isPending} />,
    bills: <BillsTab bills={summary.data?.bills ?? []} mode={mode} isLoading={summary.isPending} />,
    certificate: <CertificateTab run={run} />,
  } as const;
  const shown = tab ?? 'exceptions';
  const names = {
    exceptions: words.tabExceptions,
    breakdown: words.tabBreakdown,
    bills: words.tabBills,
    certificate: words.tabCertificate,
  } as const;
  return (
    <>
      {run.outcome === 'FAILED' && (
        <Alert
          type="error"
          showIcon
          style={{ marginBlockEnd: 12 }}
          title={`${codes.outcome.FAILED}${common.colon}${reasonsText(run, labels)}`}
          description={words.failedHint}
        />
      )}
      {summary.error && <ProblemNote error={summary.error} />}
      <RunFigures run={run} cases={summary.data?.cases ?? null} isCurrent={summary.data?.published ?? null} />
      <Tabs
        activeKey={shown}
        items={(['exceptions', ...RUN_TABS] as const).map((key) => ({ key, label: names[key] }))}
        onChange={(key) =>
          void navigate({ search: (was) => ({ ...was, tab: RUN_TABS.find((each) => each === key) }) })
        }
      />
      {content[shown]}
    </>
  );
}
