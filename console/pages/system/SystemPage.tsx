import { useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Alert, Button, Skeleton, Tabs, Typography } from 'antd';
import type { ReactNode } from 'react';
import { useState } from 'react';
import { meQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { Nothing } from '../../parts/Nothing.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { countText } from '../../parts/texts.ts';
import { useDownload } from '../../parts/useDownload.tsx';
import { useLook } from '../../shell/look.ts';
import { HistoryTab } from './HistoryTab.tsx';
import { HospitalsTab } from './HospitalsTab.tsx';
import { Proposals } from './Proposals.tsx';
import type { Field, SettingsView } from './queries.ts';
import { settingsQuery } from './queries.ts';
import type { SystemTab } from './search.ts';
import { SYSTEM_TABS } from './search.ts';
import { SecretsTab } from './SecretsTab.tsx';
import { SettingsForm } from './SettingsForm.tsx';
import { UsersTab } from './UsersTab.tsx';

const route = getRouteApi('/system');

/** 【系统】: what counts, where it comes from, and who may change it. */
export function SystemPage() {
  const { system: words } = useLabels();
  const { tab = 'hospitals' } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: me } = useSuspenseQuery(meQuery);
  const settings = useQuery(settingsQuery());
  const locked = me.roles.includes('admin') ? null : words.readOnly;
  const [proposed, setProposed] = useState<string | null>(null);
  const download = useDownload();
  const save = useMutation({
    mutationFn: () => download('/api/v1/settings/export', words.configFile, 'duizhang.config.yaml'),
  });
  const titles: Readonly<Record<SystemTab, string>> = {
    hospitals: words.tabHospitals,
    rules: words.tabRules,
    schedule: words.tabSchedule,
    alerts: words.tabAlerts,
    users: words.tabUsers,
    secrets: words.tabSecrets,
    history: words.tabHistory,
  };
  const contentOf = (name: SystemTab): ReactNode => {
    const isForAll = name === 'users' || name === 'secrets';
    if (isForAll && !me.allMerchants) return <Nothing title={words.notForAll} />;
    if (name === 'users') return <UsersTab locked={locked} />;
    if (name === 'secrets') return <SecretsTab locked={locked} />;
    if (name === 'history') return <HistoryTab />;
    if (!settings.data) return settings.error ? null : <Skeleton active />;
    if (name === 'hospitals')
      return <HospitalsTab view={settings.data} locked={locked} canAdd={me.allMerchants} />;
    return <GlobalSettings name={name} view={settings.data} locked={locked} onProposed={setProposed} />;
  };
  return (
    <Page
      title={words.title}
      tools={
        <Button
          title={words.exportHint}
          loading={save.isPending}
          disabled={!me.allMerchants}
          onClick={() => save.mutate()}
        >
          {words.exportFile}
        </Button>
      }
    >
      {settings.error && <ProblemNote error={settings.error} />}
      {settings.data && <Notes view={settings.data} />}
      <Proposals proposed={proposed} />
      <Tabs
        // Closer than usual: all of them have room on a tablet.
        tabBarGutter={24}
        activeKey={tab}
        onChange={(key) => {
          const next = SYSTEM_TABS.find((name) => name === key);
          void navigate({
            search: (was) => ({ ...was, of: undefined, tab: next === 'hospitals' ? undefined : next }),
          });
        }}
        items={SYSTEM_TABS.map((name) => ({
          key: name,
          label: titles[name],
          children: name === tab ? contentOf(name) : null,
        }))}
      />
    </Page>
  );
}

function Notes({ view: { fault, idle } }: { readonly view: SettingsView }) {
  const { system } = useLabels();
  const { language } = useLook();
  return (
    <>
      <Typography.Paragraph type="secondary">{system.precedence}</Typography.Paragraph>
      {fault !== null && (
        <Alert
          type="error"
          showIcon
          title={system.fault}
          description={language === 'zh' ? fault.messageZh : fault.message}
          style={{ marginBlockEnd: 12 }}
        />
      )}
      {idle.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={system.idle(countText(idle.length))}
          style={{ marginBlockEnd: 12 }}
        />
      )}
    </>
  );
}

const UNDER: Readonly<Record<string, string>> = {
  rules: '/defaults/',
  schedule: '/schedule/',
  alerts: '/alerts/',
};

type GlobalProps = {
  readonly name: SystemTab;
  readonly view: SettingsView;
  readonly locked: string | null;
  readonly onProposed: (proposalId: string) => void;
};

function GlobalSettings({ name, view, locked, onProposed }: GlobalProps) {
  const { system } = useLabels();
  const { data: me } = useSuspenseQuery(meQuery);
  const fields = view.fields.filter(({ path }: Field) => path.startsWith(UNDER[name] ?? ''));
  if (!me.allMerchants) return <Nothing title={system.notForAll} />;
  if (fields.length === 0) return <Nothing title={system.noAlertsTitle} text={system.noAlertsText} />;
  return (
    <SettingsForm
      key={`${name} ${view.revision}`}
      view={view}
      fields={fields}
      locked={locked}
      onProposed={onProposed}
    />
  );
}
