import { Checkbox, Flex, Input, InputNumber, Select } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { ChannelEditor } from './ChannelEditor.tsx';
import { DurationEditor } from './DurationEditor.tsx';
import type { EditorProps } from './editorProps.ts';
import { QuietEditor } from './QuietEditor.tsx';
import { RoutesEditor } from './RoutesEditor.tsx';
import { editorOf, fieldLabel } from './fields.ts';
import { listOf, textOf } from './values.ts';
import { methodText } from './valueText.ts';

/** The one way to type a setting, by its kind. */
export function ValueEditor({ path, value, onChange, disabled, contacts }: EditorProps) {
  const labels = useLabels();
  const { system, codes } = labels;
  const label = fieldLabel(path, labels);
  const common = { 'aria-label': label, disabled };
  switch (editorOf(path)) {
    case 'duration':
    case 'signedDuration':
      return <DurationEditor {...{ path, value, onChange, disabled, contacts }} />;
    case 'days':
      return (
        <InputNumber
          {...common}
          min={0}
          max={31}
          precision={0}
          value={Number(textOf(value))}
          suffix={system.daysUnit}
          style={{ width: 160 }}
          onChange={(days) => days !== null && onChange(days)}
        />
      );
    case 'clock':
      return (
        <Input
          {...common}
          placeholder="12:00"
          maxLength={5}
          value={textOf(value)}
          style={{ width: 160 }}
          onChange={({ target }) => onChange(target.value.trim())}
        />
      );
    case 'amount':
      return (
        <Flex gap={12} align="center">
          <Input
            {...common}
            disabled={disabled || value === 'never'}
            value={value === 'never' ? '' : textOf(value)}
            suffix={system.yuan}
            style={{ width: 160 }}
            onChange={({ target }) => onChange(target.value.trim())}
          />
          <Checkbox
            disabled={disabled}
            checked={value === 'never'}
            onChange={({ target }) => onChange(target.checked ? 'never' : '500.00')}
          >
            {system.never}
          </Checkbox>
        </Flex>
      );
    case 'mode':
      return (
        <Select
          {...common}
          value={textOf(value)}
          style={{ width: 160 }}
          options={(['THREE_WAY', 'TWO_WAY'] as const).map((mode) => ({
            value: mode,
            label: codes.mode[mode],
          }))}
          onChange={onChange}
        />
      );
    case 'methods':
      return (
        <Select
          {...common}
          mode="tags"
          value={[...listOf(value)]}
          style={{ width: '100%' }}
          options={Object.keys(system.methods).map((method) => ({
            value: method,
            label: methodText(method, labels),
          }))}
          onChange={onChange}
        />
      );
    case 'channel':
      return <ChannelEditor {...{ path, value, onChange, disabled, contacts }} />;
    case 'quietHours':
      return <QuietEditor {...{ path, value, onChange, disabled, contacts }} />;
    case 'routes':
      return <RoutesEditor {...{ path, value, onChange, disabled, contacts }} />;
    default:
      return (
        <Input
          {...common}
          value={textOf(value)}
          maxLength={64}
          style={{ maxWidth: 320 }}
          onChange={({ target }) => onChange(target.value)}
        />
      );
  }
}
