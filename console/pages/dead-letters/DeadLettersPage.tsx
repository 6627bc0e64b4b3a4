import { NotBuilt } from '../../parts/NotBuilt.tsx';

export function DeadLettersPage() {
  return <NotBuilt page="dead-letters" />;
}
