import { NotBuilt } from '../../parts/NotBuilt.tsx';

export function TwoWayPage() {
  return <NotBuilt page="two-way" />;
}
