import { Flex, Form, Input, Select, Typography } from 'antd';
import { useState } from 'react';
import { useLabels } from '../../labels/useLabels.ts';
import type { EditorProps } from './editorProps.ts';
import { fieldLabel } from './fields.ts';
import type { ChannelValue, OwnRows } from './values.ts';
import { channelOf } from './values.ts';

const LISTS = ['orderNoPrefixes', 'appIds', 'subMerchantNos'] as const;

/** A hospital's number at a channel, its fee, and which rows are its own where it shares the number. */
export function ChannelEditor({ path, value, onChange, disabled }: EditorProps) {
  const labels = useLabels();
  const { system } = labels;
  const said = channelOf(value);
  const [isOpen, setOpen] = useState(said.ownRows !== undefined);
  const channel = fieldLabel(path, labels);
  const change = (more: Partial<ChannelValue>): void => onChange(cleaned({ ...said, ...more }));
  return (
    <Flex vertical gap={8}>
      <Flex wrap gap={8}>
        <Input
          aria-label={`${channel} ${system.merchantNo}`}
          prefix={<Typography.Text type="secondary">{system.merchantNo}</Typography.Text>}
          placeholder={system.noChannel}
          disabled={disabled}
          maxLength={64}
          value={said.merchantNo}
          style={{ width: 260 }}
          onChange={({ target }) => change({ merchantNo: target.value.trim() })}
        />
        <Input
          aria-label={`${channel} ${system.feeRate}`}
          prefix={<Typography.Text type="secondary">{system.feeRate}</Typography.Text>}
          placeholder="0.6%"
          title={system.feeRateHint}
          disabled={disabled}
          maxLength={16}
          value={said.feeRate ?? ''}
          style={{ width: 150 }}
          onChange={({ target }) => change({ feeRate: target.value.trim() })}
        />
      </Flex>
      {said.merchantNo !== '' && (
        <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
          <summary style={{ cursor: 'pointer' }}>{system.ownRows}</summary>
          {LISTS.map((name) => (
            <Form.Item key={name} label={system[name]} style={{ marginBlock: 8 }}>
              <Select
                aria-label={`${channel} ${system[name]}`}
                mode="tags"
                open={false}
                disabled={disabled}
                value={[...(said.ownRows?.[name] ?? [])]}
                onChange={(list: readonly string[]) => change({ ownRows: { ...said.ownRows, [name]: list } })}
              />
            </Form.Item>
          ))}
        </details>
      )}
    </Flex>
  );
}

/** What is empty is not said. */
function cleaned({ merchantNo, feeRate = '', ownRows = {} }: ChannelValue): ChannelValue {
  const lists = LISTS.flatMap((name) => {
    const list = ownRows[name] ?? [];
    return list.length === 0 ? [] : [[name, list] as const];
  });
  const own: OwnRows = Object.fromEntries(lists);
  return {
    merchantNo,
    ...(feeRate === '' ? {} : { feeRate }),
    ...(lists.length === 0 ? {} : { ownRows: own }),
  };
}
