import { NotBuilt } from '../../parts/NotBuilt.tsx';

export function RealtimePage() {
  return <NotBuilt page="realtime" />;
}
