import { Checkbox, Flex, InputNumber } from 'antd';
import type { ReactNode } from 'react';
import { useLabels } from '../../labels/useLabels.ts';
import { DurationEditor } from './DurationEditor.tsx';
import type { EditorProps } from './editorProps.ts';
import { fieldLabel } from './fields.ts';
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

/** One number of a rule that has several; what is not said is what counts otherwise. */
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

export function MatchRateEditor(editor: EditorProps) {
  const { system } = useLabels();
  return (
    <Flex wrap gap={8} align="center">
      <Part editor={editor} name="below" label={system.rateBelow} suffix="%" scale={100} />
      <Part editor={editor} name="belowUsualBy" label={system.rateBelowUsual} suffix="%" scale={100} />
      <Part
        editor={editor}
        name="atLeastOrders"
        label={system.rateAtLeastOrders}
        suffix={system.ordersUnit}
      />
      <Within {...editor} />
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
