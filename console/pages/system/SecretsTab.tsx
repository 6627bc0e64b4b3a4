import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Form, Input, Tag, Tooltip } from 'antd';
import { useState } from 'react';
import { useLabels } from '../../labels/useLabels.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import type { Fold } from '../../parts/foldColumns.ts';
import { FormDialog } from '../../parts/FormDialog.tsx';
import { LongTable } from '../../parts/LongTable.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import type { SecretRow } from './queries.ts';
import { replaceSecret, secretsQuery, settingsChanged } from './queries.ts';
import { joined } from './joined.ts';
import { placeText } from './placeText.ts';

const FOLDS: readonly Fold[] = [
  { column: 'kind', into: 'name' },
  { column: 'changed', into: 'state' },
];

/** Secrets can be replaced, and never read. */
export function SecretsTab({ locked }: { readonly locked: string | null }) {
  const { system, common } = useLabels();
  const nameOf = useMerchantName();
  const secrets = useQuery(secretsQuery);
  const [name, setName] = useState<string | null>(null);
  if (secrets.error) return <ProblemNote error={secrets.error} />;
  return (
    <div className="dz-tab-fill">
      <LongTable<SecretRow>
        rows={secrets.data?.items ?? []}
        rowKey="name"
        isLoading={secrets.isPending}
        nothing={<Nothing title={system.emptySecrets} text={system.emptySecretsText} />}
        folds={FOLDS}
        columns={[
          {
            key: 'name',
            title: system.secretName,
            width: 200,
            render: (_, secret) => (
              <span className="dz-id" style={{ overflowWrap: 'anywhere' }}>
                {secret.name}
              </span>
            ),
          },
          {
            key: 'kind',
            title: system.secretKind,
            width: 110,
            render: (_, { kind }) => (kind === 'FILE' ? system.secretFile : system.secretEnv),
          },
          {
            key: 'places',
            title: system.secretPlaces,
            width: 240,
            render: (_, { places }) =>
              joined(system, [
                ...new Set(places.map((place) => placeText(place, system.secretPlace, nameOf))),
              ]),
          },
          {
            key: 'state',
            title: system.secretState,
            width: 140,
            render: (_, secret) => <State secret={secret} />,
          },
          {
            key: 'changed',
            title: system.secretChanged,
            width: 150,
            render: (_, { changedAt }) => <BeijingTime at={changedAt} />,
          },
          {
            key: 'replace',
            title: common.details,
            width: 76,
            render: (_, secret) => {
              const why = locked ?? (secret.kind === 'ENVIRONMENT' ? system.envOnly : null);
              return (
                <Tooltip title={why}>
                  <Button size="small" disabled={why !== null} onClick={() => setName(secret.name)}>
                    {system.replace}
                  </Button>
                </Tooltip>
              );
            },
          },
        ]}
      />
      {name !== null && <Replace name={name} onClose={() => setName(null)} />}
    </div>
  );
}

function State({ secret: { fault, waitsForRestart } }: { readonly secret: SecretRow }) {
  const { system } = useLabels();
  if (fault !== null) {
    return (
      <Tooltip title={fault}>
        <Tag color="error" tabIndex={0}>
          {system.secretBad}
        </Tag>
      </Tooltip>
    );
  }
  return waitsForRestart ? (
    <Tag color="warning">{system.secretWaits}</Tag>
  ) : (
    <Tag color="success">{system.secretGood}</Tag>
  );
}

type Typed = { readonly value: string; readonly reason: string };

function Replace({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const { system } = useLabels();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const replace = useMutation({
    mutationFn: ({ value, reason }: Typed) => replaceSecret({ name, value, reason: reason.trim() }),
    onSuccess: () => {
      void message.success(system.replaced);
      settingsChanged(queries);
      onClose();
    },
    // What was typed stays nowhere.
    gcTime: 0,
  });
  return (
    <FormDialog<Typed>
      title={system.replaceTitle(name)}
      okText={system.replace}
      send={replace}
      intro={<Alert type="info" showIcon title={system.replaceHint} style={{ marginBlockEnd: 16 }} />}
      onClose={onClose}
    >
      <Form.Item
        name="value"
        label={system.replaceText}
        rules={[{ required: true, whitespace: true, message: system.replaceRequired }]}
      >
        <Input.TextArea rows={5} spellCheck={false} className="dz-secret" autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="reason"
        label={system.reason}
        rules={[{ required: true, whitespace: true, message: system.reasonRequired }]}
      >
        <Input maxLength={500} />
      </Form.Item>
    </FormDialog>
  );
}
