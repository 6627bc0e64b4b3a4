import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Drawer, Skeleton, Tag, Typography } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { LongTable } from '../../parts/LongTable.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { countText } from '../../parts/texts.ts';
import type { HospitalRow, SettingsView } from './queries.ts';
import { settingsQuery } from './queries.ts';
import { SettingsForm } from './SettingsForm.tsx';

const route = getRouteApi('/system');

type Props = { readonly view: SettingsView; readonly locked: string | null };

export function HospitalsTab({ view, locked }: Props) {
  const { system, common, codes } = useLabels();
  const { of } = route.useSearch();
  const navigate = route.useNavigate();
  const open = (id: string | undefined): void => void navigate({ search: (was) => ({ ...was, of: id }) });
  const opened = view.hospitals.find(({ merchantId }) => merchantId === of);
  return (
    <div className="dz-tab-fill">
      <LongTable<HospitalRow>
        rows={view.hospitals}
        rowKey="merchantId"
        onOpen={({ merchantId }) => open(merchantId)}
        columns={[
          { title: common.hospital, width: 220, ellipsis: true, dataIndex: 'name' },
          {
            title: 'ID',
            width: 100,
            render: (_, { merchantId }) => <span className="dz-id">{merchantId}</span>,
          },
          { title: system.isv, width: 130, ellipsis: true, render: (_, { isv }) => isv ?? common.none },
          { title: system.mode, width: 120, render: (_, { mode }) => codes.mode[mode] },
          {
            title: system.channels,
            width: 400,
            ellipsis: true,
            render: (_, { channels }) =>
              channels
                .map(({ channel, merchantNo }) => `${codes.channel[channel]} ${merchantNo}`)
                .join(' · '),
          },
          {
            title: system.changedHere,
            width: 150,
            render: (_, { overrides }) =>
              overrides === 0 ? (
                <Typography.Text type="secondary">{system.nothingChanged}</Typography.Text>
              ) : (
                <Tag color="warning">{system.changedCount(countText(overrides))}</Tag>
              ),
          },
        ]}
      />
      <Drawer
        open={opened !== undefined}
        onClose={() => open(undefined)}
        size={860}
        title={system.hospitalTitle(opened?.name ?? '')}
        destroyOnHidden
      >
        {opened && <OneHospital merchantId={opened.merchantId} locked={locked} />}
      </Drawer>
    </div>
  );
}

function OneHospital({
  merchantId,
  locked,
}: {
  readonly merchantId: string;
  readonly locked: string | null;
}) {
  const settings = useQuery(settingsQuery(merchantId));
  if (settings.error) return <ProblemNote error={settings.error} />;
  if (!settings.data) return <Skeleton active />;
  const { data } = settings;
  return <SettingsForm key={data.revision} view={data} fields={data.fields} locked={locked} />;
}
