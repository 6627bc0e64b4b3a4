import { NotBuilt } from '../../parts/NotBuilt.tsx';

export function SystemPage() {
  return <NotBuilt page="system" />;
}
