import { Flex, Input, Select, Typography } from 'antd';
import { ALERT_SEVERITIES } from '../../../domain/alert.ts';
import { useLabels } from '../../labels/useLabels.ts';
import type { EditorProps } from './editorProps.ts';
import { quietOf } from './values.ts';

const USUAL = { from: '22:00', to: '07:00', below: 'CRITICAL' } as const;

export function QuietEditor({ value, onChange, disabled }: EditorProps) {
  const { system, codes } = useLabels();
  const said = quietOf(value);
  const shown = said ?? { from: '', to: '', below: undefined };
  const change = (more: object): void => onChange({ ...USUAL, ...said, ...more });
  return (
    <Flex wrap gap={8} align="center">
      <Input
        placeholder={USUAL.from}
        maxLength={5}
        aria-label={`${system.quietHours} ${system.quietFrom}`}
        disabled={disabled}
        value={shown.from}
        style={{ width: 120 }}
        onChange={({ target }) => change({ from: target.value.trim() })}
      />
      <span>{system.quietTo}</span>
      <Input
        placeholder={USUAL.to}
        maxLength={5}
        aria-label={`${system.quietHours} ${system.quietTo}`}
        disabled={disabled}
        value={shown.to}
        style={{ width: 120 }}
        onChange={({ target }) => change({ to: target.value.trim() })}
      />
      <Select
        aria-label={system.quietBelow}
        disabled={disabled || said === null}
        value={said === null ? null : (shown.below ?? USUAL.below)}
        style={{ width: 110 }}
        options={ALERT_SEVERITIES.map((each) => ({ value: each, label: codes.alertSeverity[each] }))}
        onChange={(below) => change({ below })}
      />
      <Typography.Text type="secondary">{system.quietBelow}</Typography.Text>
    </Flex>
  );
}
