import { Input } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import type { EditorProps } from './editorProps.ts';
import { fieldLabel } from './fields.ts';
import { textOf } from './values.ts';

type Props = Omit<EditorProps, 'contacts'> & {
  readonly placeholder?: string;
  readonly suffix?: string;
  readonly maxLength?: number;
};

/** A time of day or an amount, as it is typed. */
export function ShortInput({ path, value, onChange, disabled, placeholder, suffix, maxLength }: Props) {
  const labels = useLabels();
  return (
    <Input
      aria-label={fieldLabel(path, labels)}
      disabled={disabled}
      placeholder={placeholder}
      suffix={suffix}
      maxLength={maxLength}
      value={textOf(value)}
      style={{ width: 160 }}
      onChange={({ target }) => onChange(target.value.trim())}
    />
  );
}
