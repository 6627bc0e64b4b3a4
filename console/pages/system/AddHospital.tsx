import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Flex, Input, Typography } from 'antd';
import { useState } from 'react';
import { useLabels } from '../../labels/useLabels.ts';
import { ConfirmChange } from './ConfirmChange.tsx';
import { fieldHint, fieldLabel, pathOf } from './fields.ts';
import type { SettingsView, Wish } from './queries.ts';
import { settingsChanged } from './queries.ts';
import { ValueEditor } from './ValueEditor.tsx';
import { at } from './values.ts';

/** What is asked of a hospital that is new; the rest is set afterwards, like that of any other. */
const ASKED = [
  'name',
  'isv',
  'mode',
  'channels/WECHAT',
  'channels/ALIPAY',
  'channels/UNIONPAY',
  'rules/window',
  'rules/crossDayMargin',
  'rules/cutOff',
  'rules/grace',
] as const;
type Asked = (typeof ASKED)[number];
const ID = /^[!-}]{1,64}$/;

type Props = { readonly view: SettingsView; readonly onMade: (merchantId: string) => void };

/** A hospital that the file does not have: all of it in one change, which is checked and confirmed like any other. */
export function AddHospital({ view, onMade }: Props) {
  const labels = useLabels();
  const { system } = labels;
  const queries = useQueryClient();
  const [id, setId] = useState('');
  const [typed, setTyped] = useState<ReadonlyMap<Asked, unknown>>(new Map());
  const [isConfirming, setConfirming] = useState(false);
  const isTaken = view.hospitals.some(({ merchantId }) => merchantId === id);
  const isWhole = ID.test(id) && !isTaken && isSaid(typed.get('name')) && hasChannel(typed);
  return (
    <>
      <Alert type="info" showIcon title={system.addHospitalText} style={{ marginBlockEnd: 8 }} />
      <Row label={system.hospitalId} hint={system.hospitalIdHint}>
        <Input
          aria-label={system.hospitalId}
          value={id}
          maxLength={64}
          style={{ maxWidth: 320 }}
          status={isTaken ? 'error' : ''}
          onChange={({ target }) => setId(target.value.trim())}
        />
        {isTaken && <Typography.Text type="danger">{system.hospitalIdTaken}</Typography.Text>}
      </Row>
      {ASKED.map((asked) => {
        const path = `/merchants/new/${asked}`;
        return (
          <Row key={asked} label={fieldLabel(path, labels)} hint={fieldHint(path, labels)}>
            <ValueEditor
              path={path}
              value={typed.get(asked) ?? usualOf(view, asked)}
              disabled={false}
              contacts={[]}
              onChange={(value) => setTyped(new Map([...typed, [asked, value]]))}
            />
          </Row>
        );
      })}
      <Flex gap={12} align="center" style={{ paddingBlock: 16 }}>
        <Button type="primary" disabled={!isWhole} onClick={() => setConfirming(true)}>
          {system.previewNew}
        </Button>
        {!isWhole && <Typography.Text type="secondary">{system.addHospitalNeeds}</Typography.Text>}
      </Flex>
      {isConfirming && (
        <ConfirmChange
          base={view.revision}
          wishes={wishesOf(id, typed)}
          onClose={() => setConfirming(false)}
          onDone={() => {
            settingsChanged(queries);
            onMade(id);
          }}
        />
      )}
    </>
  );
}

type RowProps = { readonly label: string; readonly hint: string; readonly children: React.ReactNode };

function Row({ label, hint, children }: RowProps) {
  return (
    <div className="dz-setting dz-setting-new">
      <div>
        <Typography.Text strong>{label}</Typography.Text>
        {hint !== '' && (
          <Typography.Text type="secondary" style={{ display: 'block', fontSize: 12 }}>
            {hint}
          </Typography.Text>
        )}
      </div>
      <div>{children}</div>
    </div>
  );
}

/** What would count if nothing was said of it. */
function usualOf(view: SettingsView, asked: Asked): unknown {
  if (asked === 'mode') return 'THREE_WAY';
  const [group, name = ''] = asked.split('/');
  const field = view.fields.find(({ path }) => group === 'rules' && path === `/defaults/${name}`);
  return field === undefined ? null : (field.value ?? field.inherited);
}

function isSaid(value: unknown): boolean {
  return typeof value === 'string' ? value.trim() !== '' : value !== undefined;
}

function hasChannel(typed: ReadonlyMap<Asked, unknown>): boolean {
  return [...typed].some(
    ([asked, value]) => asked.startsWith('channels/') && isSaid(at(value, 'merchantNo')),
  );
}

function wishesOf(id: string, typed: ReadonlyMap<Asked, unknown>): readonly Wish[] {
  const said = [...typed].filter(([asked, value]) =>
    isSaid(asked.startsWith('channels/') ? at(value, 'merchantNo') : value),
  );
  return [
    { path: pathOf(id, 'id'), value: id },
    ...said.map(([asked, value]) => ({ path: pathOf(id, asked), value })),
  ];
}
