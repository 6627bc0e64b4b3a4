import { localOfInstant } from '../../domain/businessDate.ts';
import { beijingText } from './texts.ts';
import { useNow } from './useNow.ts';

type Props = {
  /** An instant as the API writes it. */
  readonly at: string | null;
};

export function BeijingTime({ at }: Props) {
  const nowMs = useNow(60_000);
  if (at === null) return <>—</>;
  const ms = Date.parse(at);
  return (
    <time dateTime={at} title={`${localOfInstant(ms)} (UTC+8)`} className="dz-number">
      {beijingText(ms, nowMs)}
    </time>
  );
}
