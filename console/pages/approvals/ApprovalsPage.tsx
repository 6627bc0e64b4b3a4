import { NotBuilt } from '../../parts/NotBuilt.tsx';

export function ApprovalsPage() {
  return <NotBuilt page="approvals" />;
}
