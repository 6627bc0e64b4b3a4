import { NotBuilt } from '../../parts/NotBuilt.tsx';

export function OneSidedPage() {
  return <NotBuilt page="one-sided" />;
}
