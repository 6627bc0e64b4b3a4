import { useLabels } from '../../labels/useLabels.ts';
import { LongTable } from '../../parts/LongTable.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { BillDrawer } from '../bill-files/BillDrawer.tsx';
import { BILL_FOLDS, useBillColumns } from '../bill-files/billColumns.tsx';
import { RUN } from './place.ts';
import type { Bill, RunMode } from './queries.ts';

type Props = { readonly bills: readonly Bill[]; readonly mode: RunMode; readonly isLoading: boolean };

/** The bills that stood for their books, with their original bytes. */
export function BillsTab({ bills, mode, isLoading }: Props) {
  const { threeWay: words } = useLabels();
  const { bill: openId } = RUN[mode].useSearch();
  const navigate = RUN[mode].useNavigate();
  const columns = useBillColumns({ isOfRun: true });
  return (
    <>
      <LongTable<Bill>
        rows={bills}
        rowKey="id"
        columns={columns}
        folds={BILL_FOLDS}
        isLoading={isLoading}
        nothing={<Nothing title={words.noBills} />}
        onOpen={({ id }) => void navigate({ search: (was) => ({ ...was, bill: id }) })}
      />
      <BillDrawer
        bill={bills.find(({ id }) => id === openId) ?? null}
        onClose={() => void navigate({ search: (was) => ({ ...was, bill: undefined }) })}
      />
    </>
  );
}
