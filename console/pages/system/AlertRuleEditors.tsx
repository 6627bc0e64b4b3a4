import { Checkbox, Flex, InputNumber, Typography } from 'antd';
import type { ReactNode } from 'react';
import { useLabels } from '../../labels/useLabels.ts';
import { DurationEditor } from './DurationEditor.tsx';
import type { EditorProps } from './editorProps.ts';
import { fieldLabel } from './fields.ts';
import { joined } from './joined.ts';
import type { RatePart } from './matchRate.ts';
import { partsInherited, restOfRate } from './matchRate.ts';
import { at, numberOf } from './values.ts';

const OFF = 'off';

type OrOffProps = {
  readonly editor: EditorProps;
  /** What it begins with when it is switched on. */
  readonly usual: unknown;
  readonly children: ReactNode;
};

/** A rule that may be off, and whatever types it while it is on. */
export function OrOff({ editor: { path, value, onChange, disabled }, usual, children }: OrOffProps) {
  const labels = useLabels();
  const isOff = value === OFF;
  return (
    <Flex wrap gap={12} align="center">
      {!isOff && children}
      <Checkbox
        aria-label={`${fieldLabel(path, labels)} ${labels.system.off}`}
        disabled={disabled}
        checked={isOff}
        onChange={({ target }) => onChange(target.checked ? OFF : usual)}
      >
        {labels.system.off}
      </Checkbox>
    </Flex>
  );
}

type PartProps = {
  readonly editor: EditorProps;
  readonly name: string;
  readonly label: string;
  readonly suffix?: string;
  readonly scale?: number;
};

/** One number of a rule that has several. */
function Part({ editor: { value, onChange, disabled }, name, label, suffix = '', scale = 1 }: PartProps) {
  const said = numberOf(at(value, name));
  return (
    <InputNumber
      aria-label={label}
      prefix={label}
      suffix={suffix}
      disabled={disabled}
      min={0}
      value={said === null ? null : Math.round(said * scale * 100) / 100}
      style={{ width: 220 }}
      onChange={(next) => next !== null && onChange({ ...fieldsOf(value), [name]: next / scale })}
    />
  );
}

export function OrdersWithinEditor(editor: EditorProps) {
  const { system } = useLabels();
  return (
    <Flex wrap gap={8} align="center">
      <Part editor={editor} name="orders" label={system.ruleOrders} suffix={system.ordersUnit} />
      <Within {...editor} />
    </Flex>
  );
}

/** Each part shows what counts; which of them nobody has set is said below. */
export function MatchRateEditor(editor: EditorProps) {
  const labels = useLabels();
  const { system } = labels;
  const counts = { ...editor, value: { ...restOfRate(editor.inherited), ...fieldsOf(editor.value) } };
  const names: Readonly<Record<RatePart, string>> = {
    below: system.rateBelow,
    belowUsualBy: system.rateBelowUsual,
    atLeastOrders: system.rateAtLeastOrders,
    within: system.rateWithin,
  };
  const unsaid = partsInherited(editor.value).map((name) => names[name]);
  const change = (name: RatePart, said: unknown): void =>
    editor.onChange({ ...fieldsOf(editor.value), [name]: said });
  const part = (name: RatePart): EditorProps => ({
    ...counts,
    onChange: (next) => change(name, at(next, name)),
  });
  return (
    <Flex wrap gap={8} align="center">
      <Part editor={part('below')} name="below" label={names.below} suffix="%" scale={100} />
      <Part
        editor={part('belowUsualBy')}
        name="belowUsualBy"
        label={names.belowUsualBy}
        suffix="%"
        scale={100}
      />
      <Part
        editor={part('atLeastOrders')}
        name="atLeastOrders"
        label={names.atLeastOrders}
        suffix={system.ordersUnit}
      />
      <Within {...part('within')} />
      {unsaid.length > 0 && (
        <Typography.Text type="secondary" style={{ fontSize: 12 }}>
          {system.inheritedParts(joined(system, unsaid))}
        </Typography.Text>
      )}
    </Flex>
  );
}

function Within({ value, onChange, ...editor }: EditorProps) {
  return (
    <DurationEditor
      {...editor}
      value={at(value, 'within')}
      onChange={(within) => onChange({ ...fieldsOf(value), within })}
    />
  );
}

function fieldsOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
