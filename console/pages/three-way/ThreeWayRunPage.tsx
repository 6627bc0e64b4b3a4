import { RunPage } from '../reconciliation/RunPage.tsx';

export function ThreeWayRunPage() {
  return <RunPage mode="THREE_WAY" />;
}
