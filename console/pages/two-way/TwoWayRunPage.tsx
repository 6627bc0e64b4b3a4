import { RunPage } from '../reconciliation/RunPage.tsx';

export function TwoWayRunPage() {
  return <RunPage mode="TWO_WAY" />;
}
