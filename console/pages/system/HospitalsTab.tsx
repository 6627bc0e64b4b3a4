import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Button, Drawer, Flex, Input, Skeleton, Tag, Typography } from 'antd';
import { businessDateOf } from '../../../domain/businessDate.ts';
import { useState } from 'react';
import { useLabels } from '../../labels/useLabels.ts';
import type { Fold } from '../../parts/foldColumns.ts';
import { LongTable } from '../../parts/LongTable.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { countText } from '../../parts/texts.ts';
import { useNow } from '../../parts/useNow.ts';
import { AddHospital } from './AddHospital.tsx';
import { HospitalEnd } from './HospitalEnd.tsx';
import { Proposals } from './Proposals.tsx';
import type { HospitalRow, SettingsView } from './queries.ts';
import { settingsQuery } from './queries.ts';
import { SettingsForm } from './SettingsForm.tsx';

const route = getRouteApi('/system');

/** No hospital has this id: it is no character of one. */
const NEW = '+ ';

const FOLDS: readonly Fold[] = [
  { column: 'isv', into: 'name' },
  { column: 'id', into: 'name' },
  { column: 'mode', into: 'name' },
  { column: 'changed', into: 'status' },
];

type Props = {
  readonly view: SettingsView;
  readonly locked: string | null;
  /** Whoever reaches all hospitals. */
  readonly canAdd: boolean;
};

export function HospitalsTab({ view, locked, canAdd }: Props) {
  const { system, common, codes } = useLabels();
  const { of } = route.useSearch();
  const navigate = route.useNavigate();
  const open = (id: string | undefined): void => void navigate({ search: (was) => ({ ...was, of: id }) });
  const opened = view.hospitals.find(({ merchantId }) => merchantId === of);
  const [find, setFind] = useState('');
  const isFound = ({ merchantId, name }: HospitalRow): boolean =>
    `${merchantId} ${name}`.toLowerCase().includes(find);
  const isNew = of === NEW && locked === null && canAdd;
  return (
    <div className="dz-tab-fill">
      <Flex gap={12} align="center" style={{ marginBlockEnd: 12 }}>
        <Button type="primary" disabled={locked !== null || !canAdd} onClick={() => open(NEW)}>
          {system.addHospital}
        </Button>
        <Input.Search
          allowClear
          aria-label={system.findHospital}
          placeholder={system.findHospital}
          style={{ width: 260 }}
          onChange={({ target }) => setFind(target.value.trim().toLowerCase())}
        />
      </Flex>
      <LongTable<HospitalRow>
        rows={view.hospitals.filter(isFound)}
        rowKey="merchantId"
        onOpen={({ merchantId }) => open(merchantId)}
        folds={FOLDS}
        columns={[
          {
            key: 'name',
            title: common.hospital,
            width: 170,
            ellipsis: true,
            render: (_, { name }) => name,
          },
          {
            key: 'id',
            title: system.hospitalId,
            width: 96,
            render: (_, { merchantId }) => <span className="dz-id">{merchantId}</span>,
          },
          {
            key: 'isv',
            title: system.isv,
            width: 110,
            ellipsis: true,
            render: (_, { isv }) => isv ?? common.none,
          },
          { key: 'mode', title: system.mode, width: 90, render: (_, { mode }) => codes.mode[mode] },
          {
            key: 'status',
            title: common.status,
            width: 140,
            render: (_, row) => <Standing hospital={row} />,
          },
          {
            key: 'channels',
            title: system.channels,
            width: 340,
            render: (_, { channels }) => (
              <Flex wrap gap="0 12px">
                {channels.map(({ channel, merchantNo }) => (
                  <span key={channel}>{`${codes.channel[channel]} ${merchantNo}`}</span>
                ))}
              </Flex>
            ),
          },
          {
            key: 'changed',
            title: system.changedHere,
            width: 126,
            render: (_, { overrides, isMadeHere }) =>
              overrides === 0 ? (
                <Typography.Text type="secondary">{system.nothingChanged}</Typography.Text>
              ) : (
                <Tag color="warning">
                  {isMadeHere ? system.madeHere : system.changedCount(countText(overrides))}
                </Tag>
              ),
          },
        ]}
      />
      <Drawer
        open={isNew || opened !== undefined}
        onClose={() => open(undefined)}
        size={860}
        title={isNew ? system.addHospital : system.hospitalTitle(opened?.name ?? '')}
        extra={opened && <HospitalEnd hospital={opened} revision={view.revision} locked={locked} />}
        destroyOnHidden
      >
        {isNew && <AddHospital view={view} onMade={(id) => open(id)} />}
        {opened && <OneHospital merchantId={opened.merchantId} locked={locked} />}
      </Drawer>
    </div>
  );
}

function Standing({ hospital: { lastDate } }: { readonly hospital: HospitalRow }) {
  const { system } = useLabels();
  const today = businessDateOf(useNow(60_000));
  if (lastDate === null) return <Tag color="success">{system.isServed}</Tag>;
  return <Tag>{lastDate < today ? system.hasEnded(lastDate) : system.endsOn(lastDate)}</Tag>;
}

function OneHospital({
  merchantId,
  locked,
}: {
  readonly merchantId: string;
  readonly locked: string | null;
}) {
  const settings = useQuery(settingsQuery(merchantId));
  const [proposed, setProposed] = useState<string | null>(null);
  if (settings.error) return <ProblemNote error={settings.error} />;
  if (!settings.data) return <Skeleton active />;
  const { data } = settings;
  return (
    <>
      <Proposals merchantId={merchantId} proposed={proposed} />
      <SettingsForm
        key={data.revision}
        view={data}
        fields={data.fields}
        locked={locked}
        onProposed={setProposed}
      />
    </>
  );
}
