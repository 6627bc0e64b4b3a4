import { useLabels } from '../labels/useLabels.ts';
import { spanText } from './texts.ts';
import { useNow } from './useNow.ts';

/** How long ago an instant was; it goes on counting. */
export function Age({ since }: { readonly since: string }) {
  const { common } = useLabels();
  const nowMs = useNow(1_000);
  return <span className="dz-number">{spanText(nowMs - Date.parse(since), common)}</span>;
}
