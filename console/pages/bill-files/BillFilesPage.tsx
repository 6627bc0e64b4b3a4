import { NotBuilt } from '../../parts/NotBuilt.tsx';

export function BillFilesPage() {
  return <NotBuilt page="bill-files" />;
}
