import { Checkbox, Flex, Input, InputNumber, Select, Switch } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { MatchRateEditor, OrdersWithinEditor, OrOff } from './AlertRuleEditors.tsx';
import { ChannelEditor } from './ChannelEditor.tsx';
import { DurationEditor } from './DurationEditor.tsx';
import type { EditorProps } from './editorProps.ts';
import { LastDateEditor } from './LastDateEditor.tsx';
import { QuietEditor } from './QuietEditor.tsx';
import { RoutesEditor } from './RoutesEditor.tsx';
import { ShortInput } from './ShortInput.tsx';
import { editorOf, fieldLabel } from './fields.ts';
import { listOf, numberOf, textOf } from './values.ts';
import { methodText } from './valueText.ts';

/** The one way to type a setting, by its kind. */
export function ValueEditor({ path, value, inherited, onChange, disabled, contacts }: EditorProps) {
  const labels = useLabels();
  const { system, codes } = labels;
  const label = fieldLabel(path, labels);
  const common = { 'aria-label': label, disabled };
  const own: EditorProps = { path, value, inherited, onChange, disabled, contacts };
  switch (editorOf(path)) {
    case 'duration':
    case 'signedDuration':
      return <DurationEditor {...own} />;
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
      return <ShortInput {...own} placeholder="12:00" maxLength={5} />;
    case 'amount':
      return (
        <Flex gap={12} align="center">
          <ShortInput
            {...own}
            disabled={disabled || value === 'never'}
            value={value === 'never' ? '' : value}
            suffix={system.yuan}
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
    case 'plainAmount':
      return <ShortInput {...own} suffix={system.yuan} />;
    case 'count':
      return <Count {...own} />;
    case 'countOrOff':
      return (
        <OrOff editor={own} usual={1}>
          <Count {...own} />
        </OrOff>
      );
    case 'durationOrOff':
      return (
        <OrOff editor={own} usual="30m">
          <DurationEditor {...own} />
        </OrOff>
      );
    case 'clockOrOff':
      return (
        <OrOff editor={own} usual="14:00">
          <ShortInput {...own} placeholder={system.bySchedule} maxLength={5} />
        </OrOff>
      );
    case 'ordersWithin':
      return (
        <OrOff editor={own} usual={{ orders: 10, within: '10m' }}>
          <OrdersWithinEditor {...own} />
        </OrOff>
      );
    case 'matchRate':
      return (
        <OrOff editor={own} usual={{ below: 0.9 }}>
          <MatchRateEditor {...own} />
        </OrOff>
      );
    case 'healingMode':
      return (
        <Select
          {...common}
          value={textOf(value)}
          style={{ width: 220 }}
          options={Object.entries(system.healingModes).map(([mode, text]) => ({ value: mode, label: text }))}
          onChange={onChange}
        />
      );
    case 'flag':
      return <Switch {...common} checked={value === true} onChange={onChange} />;
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
    case 'lastDate':
      return <LastDateEditor {...own} />;
    case 'channel':
      return <ChannelEditor {...own} />;
    case 'quietHours':
      return <QuietEditor {...own} />;
    case 'routes':
      return <RoutesEditor {...own} />;
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

function Count({ path, value, onChange, disabled }: EditorProps) {
  const labels = useLabels();
  return (
    <InputNumber
      aria-label={fieldLabel(path, labels)}
      disabled={disabled}
      min={1}
      precision={0}
      value={numberOf(value)}
      suffix={labels.system.ordersUnit}
      style={{ width: 160 }}
      onChange={(count) => count !== null && onChange(count)}
    />
  );
}
