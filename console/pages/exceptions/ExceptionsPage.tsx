import { NotBuilt } from '../../parts/NotBuilt.tsx';

export function ExceptionsPage() {
  return <NotBuilt page="exceptions" />;
}
