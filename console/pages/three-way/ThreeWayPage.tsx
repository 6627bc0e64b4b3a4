import { NotBuilt } from '../../parts/NotBuilt.tsx';

export function ThreeWayPage() {
  return <NotBuilt page="three-way" />;
}
