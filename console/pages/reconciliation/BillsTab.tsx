import { Table } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { Nothing } from '../../parts/Nothing.tsx';
import { useBillColumns } from '../bill-files/billColumns.tsx';
import type { Bill } from './queries.ts';

/** The bills that stood for their books, with their original bytes. */
export function BillsTab({
  bills,
  isLoading,
}: {
  readonly bills: readonly Bill[];
  readonly isLoading: boolean;
}) {
  const { threeWay: words } = useLabels();
  const columns = useBillColumns({ isOfRun: true });
  return (
    <Table<Bill>
      size="small"
      rowKey="id"
      pagination={false}
      loading={isLoading}
      scroll={{ x: 'max-content' }}
      dataSource={bills.slice()}
      columns={columns}
      locale={{ emptyText: <Nothing title={words.noBills} /> }}
    />
  );
}
