import type { Case } from './caseTable.ts';
import { DATES } from './dates.ts';
import { OFFSETS } from './offsets.ts';
import { PRESENCE } from './presence.ts';
import { REALTIME } from './realtime.ts';
import { REFUNDS } from './refunds.ts';
import { SEVERAL } from './several.ts';
import { TWO_WAY } from './twoWay.ts';

/** The verdicts as a specification, written by hand; caseTable.ts says how to read it. */
export const CASES: readonly Case[] = [
  ...PRESENCE,
  ...REFUNDS,
  ...SEVERAL,
  ...OFFSETS,
  ...DATES,
  ...TWO_WAY,
  ...REALTIME,
];

/** What the day's close judges, and what the window does. */
export const CLOSE_CASES: readonly Case[] = CASES.filter((item) => item.mode !== 'REALTIME');
export const REALTIME_CASES: readonly Case[] = CASES.filter((item) => item.mode === 'REALTIME');

/** Cases that one hospital can have on one date. */
export function casesByHospital(cases: readonly Case[]): readonly (readonly Case[])[] {
  const settingOf = ({ mode, rules, nextDateBilled }: Case): string =>
    JSON.stringify({ mode, rules, nextDateBilled });
  return [...Map.groupBy(cases, settingOf).values()];
}
