import { NotBuilt } from '../../parts/NotBuilt.tsx';

export function AuditPage() {
  return <NotBuilt page="audit" />;
}
