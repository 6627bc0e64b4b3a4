import { InputNumber, Select, Space } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import type { EditorProps } from './editorProps.ts';
import { editorOf, fieldLabel } from './fields.ts';
import type { DurationUnit } from './values.ts';
import { durationOf } from './values.ts';
import { unitText } from './valueText.ts';

const UNITS: readonly DurationUnit[] = ['s', 'm', 'h', 'd'];

export function DurationEditor({ path, value, onChange, disabled }: EditorProps) {
  const labels = useLabels();
  const { count, unit } = durationOf(value) ?? { count: 0, unit: 'm' };
  const label = fieldLabel(path, labels);
  const units = UNITS.includes(unit) ? UNITS : [unit, ...UNITS];
  return (
    <Space.Compact>
      <InputNumber
        aria-label={label}
        disabled={disabled}
        precision={0}
        value={count}
        style={{ width: 96 }}
        {...(editorOf(path) === 'signedDuration' ? {} : { min: 0 })}
        onChange={(next) => next !== null && onChange(`${next}${unit}`)}
      />
      <Select
        aria-label={`${label} ${labels.common.time}`}
        disabled={disabled}
        value={unit}
        style={{ width: 104 }}
        options={units.map((each) => ({ value: each, label: unitText(each, labels) }))}
        onChange={(next) => onChange(`${count}${next}`)}
      />
    </Space.Compact>
  );
}
