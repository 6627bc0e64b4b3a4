import { RecordsPage } from '../reconciliation/RecordsPage.tsx';

export function TwoWayPage() {
  return <RecordsPage mode="TWO_WAY" />;
}
