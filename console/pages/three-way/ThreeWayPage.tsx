import { RecordsPage } from '../reconciliation/RecordsPage.tsx';

export function ThreeWayPage() {
  return <RecordsPage mode="THREE_WAY" />;
}
