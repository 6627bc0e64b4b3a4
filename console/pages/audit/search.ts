import { AUDIT_KINDS } from '../../../domain/auditKinds.ts';
import { date, oneOf, searchOf, text } from '../../shell/search.ts';

/** `entry` is the one whose drawer is open: writer and number. */
export const auditSearch = searchOf({
  from: date,
  to: date,
  user: text,
  kind: oneOf(AUDIT_KINDS),
  entry: text,
});
