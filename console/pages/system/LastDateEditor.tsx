import { Checkbox, DatePicker, Flex } from 'antd';
import dayjs from 'dayjs';
import { businessDateOf } from '../../../domain/businessDate.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { useNow } from '../../parts/useNow.ts';
import type { EditorProps } from './editorProps.ts';
import { fieldLabel } from './fields.ts';
import { textOf } from './values.ts';

/** The last date that is closed of a hospital that leaves, or that it stays. */
export function LastDateEditor({ path, value, onChange, disabled }: Omit<EditorProps, 'contacts'>) {
  const labels = useLabels();
  const today = businessDateOf(useNow(60_000));
  const date = textOf(value);
  const stays = date === '' || date === 'none';
  return (
    <Flex wrap gap={12} align="center">
      <DatePicker
        aria-label={fieldLabel(path, labels)}
        disabled={disabled || stays}
        allowClear={false}
        value={stays ? null : dayjs(date)}
        onChange={(day) => day && onChange(day.format('YYYY-MM-DD'))}
      />
      <Checkbox
        disabled={disabled}
        checked={stays}
        onChange={({ target }) => onChange(target.checked ? 'none' : today)}
      >
        {labels.system.stays}
      </Checkbox>
    </Flex>
  );
}
