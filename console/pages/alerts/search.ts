import { ALERT_KINDS } from '../../../domain/alert.ts';
import { oneOf, searchOf, text } from '../../shell/search.ts';

/** Open ones unless `state` says otherwise; `alert` is the one whose drawer is open. */
export const alertsSearch = searchOf({
  state: oneOf(['CLOSED', 'ALL'] as const),
  kind: oneOf(ALERT_KINDS),
  alert: text,
});
