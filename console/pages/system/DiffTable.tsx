import { Table, Tag } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import { fieldLabel, hospitalOf } from './fields.ts';
import type { Diff } from './queries.ts';
import { valueText } from './valueText.ts';

/** Settings before and after. */
export function DiffTable({ diff }: { readonly diff: readonly Diff[] }) {
  const labels = useLabels();
  const { system } = labels;
  const nameOf = useMerchantName();
  const name = (path: string): string => {
    const hospital = hospitalOf(path);
    return `${hospital === null ? '' : system.hospitalOnly(nameOf(hospital))}${fieldLabel(path, labels)}`;
  };
  const words = ({ path, inherited }: Diff, value: unknown): string =>
    valueText(path, value ?? inherited, labels, inherited);
  return (
    <Table<Diff>
      size="small"
      pagination={false}
      rowKey="path"
      dataSource={[...diff]}
      scroll={{ x: 480 }}
      columns={[
        { title: system.diffItem, render: (_, { path }) => name(path) },
        { title: system.diffBefore, render: (_, row) => <del>{words(row, row.before)}</del> },
        {
          title: system.diffAfter,
          render: (_, row) => (
            <>
              <strong>{words(row, row.after)}</strong> {row.takenBack && <Tag>{system.diffFollowsFile}</Tag>}
            </>
          ),
        },
      ]}
    />
  );
}
