import { useQueryClient } from '@tanstack/react-query';
import { Button, Flex, Tag, theme, Tooltip, Typography } from 'antd';
import { Fragment, useState } from 'react';
import { useLabels } from '../../labels/useLabels.ts';
import { beijingText } from '../../parts/texts.ts';
import { useNow } from '../../parts/useNow.ts';
import { ConfirmChange } from './ConfirmChange.tsx';
import { fieldHint, fieldLabel, sectionOf, stepsOf } from './fields.ts';
import type { Field, SettingsView, Wish } from './queries.ts';
import { settingsChanged } from './queries.ts';
import { ValueEditor } from './ValueEditor.tsx';
import { at } from './values.ts';
import { valueText } from './valueText.ts';

type Props = {
  readonly view: SettingsView;
  readonly fields: readonly Field[];
  /** null: it may be changed; else why not. */
  readonly locked: string | null;
  /** A change waits for a second administrator, under this id. */
  readonly onProposed: (proposalId: string) => void;
};

/** Settings to look at and to change: drafts first, then the differences to confirm. */
export function SettingsForm({ view, fields, locked, onProposed }: Props) {
  const labels = useLabels();
  const { system } = labels;
  const queries = useQueryClient();
  const [drafts, setDrafts] = useState<ReadonlyMap<string, Wish>>(new Map());
  const [isConfirming, setConfirming] = useState(false);
  const draft = (path: string, wish: Wish | null): void => {
    const next = new Map(drafts);
    if (wish === null) next.delete(path);
    else next.set(path, wish);
    setDrafts(next);
  };
  const hasDrafts = drafts.size > 0;
  const { token } = theme.useToken();
  const ground = token.colorBgElevated;
  return (
    <Flex
      vertical
      gap={4}
      style={{ background: ground, paddingInline: token.paddingMD, borderRadius: token.borderRadiusLG }}
    >
      {fields.map((field, index) => (
        <Fragment key={field.path}>
          <Heading
            text={sectionOf(field.path, labels)}
            above={sectionOf(fields[index - 1]?.path ?? '', labels)}
          />
          <FieldRow
            field={field}
            wish={drafts.get(field.path) ?? null}
            contacts={view.contacts}
            disabled={locked !== null}
            onDraft={(wish) => draft(field.path, wish)}
          />
        </Fragment>
      ))}
      <Flex wrap gap={12} align="center" className="dz-form-end" style={{ background: ground }}>
        <Button type="primary" disabled={!hasDrafts} onClick={() => setConfirming(true)}>
          {system.preview(String(drafts.size))}
        </Button>
        <Button disabled={!hasDrafts} onClick={() => setDrafts(new Map())}>
          {system.discard}
        </Button>
        <Typography.Text type="secondary">{locked ?? system.editHint}</Typography.Text>
      </Flex>
      {isConfirming && (
        <ConfirmChange
          base={view.revision}
          wishes={[...drafts.values()]}
          onClose={() => setConfirming(false)}
          onDone={(proposed) => {
            if (proposed !== null) onProposed(proposed);
            setConfirming(false);
            setDrafts(new Map());
            settingsChanged(queries);
          }}
        />
      )}
    </Flex>
  );
}

function Heading({ text, above }: { readonly text: string | null; readonly above: string | null }) {
  if (text === null || text === above) return null;
  return (
    <Typography.Title level={5} style={{ marginBlock: '16px 0' }}>
      {text}
    </Typography.Title>
  );
}

type RowProps = {
  readonly field: Field;
  readonly wish: Wish | null;
  readonly contacts: readonly string[];
  readonly disabled: boolean;
  readonly onDraft: (wish: Wish | null) => void;
};

function FieldRow({ field, wish, contacts, disabled, onDraft }: RowProps) {
  const labels = useLabels();
  const { system } = labels;
  const { path, override } = field;
  const isTakenBack = wish !== null && !('value' in wish);
  const counts = field.value ?? field.inherited;
  const shown = wish === null ? counts : isTakenBack ? (field.fileValue ?? field.inherited) : wish.value;
  const hint = fieldHint(path, labels);
  return (
    <div className="dz-setting" data-setting={path}>
      <div>
        <Typography.Text strong>{fieldLabel(path, labels)}</Typography.Text>
        {hint !== '' && (
          <Typography.Text type="secondary" style={{ display: 'block', fontSize: 12 }}>
            {hint}
          </Typography.Text>
        )}
      </div>
      <div>
        <ValueEditor
          path={path}
          value={shown}
          inherited={field.inherited}
          disabled={disabled || isTakenBack}
          contacts={contacts}
          onChange={(value) => {
            const isNone = isEmpty(value) && counts === null;
            onDraft(isNone || JSON.stringify(value) === JSON.stringify(counts) ? null : { path, value });
          }}
        />
      </div>
      <Flex wrap gap={8} align="center">
        <Source field={field} />
        {wish !== null && (
          <Button size="small" type="link" onClick={() => onDraft(null)}>
            {system.undo}
          </Button>
        )}
        {isTakenBack && <Typography.Text type="warning">{system.takenBackDraft}</Typography.Text>}
        {override !== null && wish === null && (
          <Button size="small" disabled={disabled} onClick={() => onDraft({ path })}>
            {system.takeBack}
          </Button>
        )}
      </Flex>
    </div>
  );
}

/** A text, or a channel's number, that nobody has typed. */
function isEmpty(value: unknown): boolean {
  return value === '' || at(value, 'merchantNo') === '';
}

/** Whether a hospital that says nothing goes by what holds for all. */
function isOfAll(path: string): boolean {
  const [first, , group = ''] = stepsOf(path);
  return (
    first === 'merchants' &&
    ['rules', 'approvals', 'supplementMethods', 'schedule', 'alertRules'].includes(group)
  );
}

/** Where what counts comes from; where the file says something else, both. */
function Source({ field: { path, value, inherited, fileValue, override } }: { readonly field: Field }) {
  const labels = useLabels();
  const { common, system } = labels;
  const nowMs = useNow(60_000);
  const words = (said: unknown): string => valueText(path, said, labels, inherited);
  if (override === null) {
    if (value !== null) return <Place name={system.fromFile} why={system.fromFileWhy} />;
    if (inherited === null) return <Place name={system.unset} why={system.unsetWhy} />;
    return isOfAll(path) ? (
      <Place name={system.fromAll} why={system.fromAllWhy} />
    ) : (
      <Place name={system.fromProgram} why={system.fromProgramWhy} />
    );
  }
  const when = beijingText(Date.parse(override.at), nowMs);
  const file = fileValue === null ? system.fileSaysNothing : system.fileSays(words(fileValue));
  return (
    <Flex vertical gap={2}>
      <Place
        name={system.fromConsole}
        why={`${system.fromConsoleWhy} ${system.setBy(override.by, when)}${common.colon}${override.reason}`}
        isHere
      />
      <Typography.Text type={override.fileChanged ? 'warning' : 'secondary'} style={{ fontSize: 12 }}>
        {override.fileChanged ? system.fileChanged(words(override.fileValue), words(fileValue)) : file}
      </Typography.Text>
    </Flex>
  );
}

type PlaceProps = { readonly name: string; readonly why: string; readonly isHere?: boolean };

/** What the name means is told to whoever points at it, or comes to it by the keyboard. */
function Place({ name, why, isHere = false }: PlaceProps) {
  return (
    <Tooltip title={why} trigger={['hover', 'focus']}>
      <Tag color={isHere ? 'warning' : 'default'} tabIndex={0}>
        {name}
      </Tag>
    </Tooltip>
  );
}
