import type { SettingDiff, SettingWarning } from '../../domain/settings.ts';
import { madeBySetting, merchantOfSetting, stepsOf } from '../../domain/settings.ts';
import type { Config } from './loadConfig.ts';
import type { HealingRules } from '../../domain/selfHealing.ts';
import { sharedNumberWarnings } from './sharedNumbers.ts';

type Change = {
  readonly before: Config;
  readonly after: Config;
  readonly diff: readonly SettingDiff[];
  /** What the running processes would take at their next start only. */
  readonly needsRestart: readonly string[];
};

/** By the last step of a path, or the step below the hospital. */
const OF_FIELD: Readonly<Record<string, SettingWarning['code']>> = {
  window: 'PROVISIONAL_ONLY',
  crossDayMargin: 'PROVISIONAL_ONLY',
  crossDayDays: 'PROVISIONAL_ONLY',
  cutOff: 'DATES_MOVE',
  grace: 'NEXT_CLOSE',
  mode: 'NEXT_CLOSE',
  at: 'NEXT_CLOSE',
  billPatience: 'NEXT_CLOSE',
};

/** What somebody should know before they confirm a change. */
export function settingWarnings(change: Change): readonly SettingWarning[] {
  const found = new Map<SettingWarning['code'], SettingWarning>();
  const add = (code: SettingWarning['code'], paths: readonly string[], detail = ''): void => {
    const said = found.get(code);
    const details = [said?.detail ?? '', detail].filter((text) => text !== '').join('; ');
    found.set(code, { code, paths: [...(said?.paths ?? []), ...paths], detail: details });
  };
  for (const { path } of change.diff) {
    const [, , group] = stepsOf(path);
    const code = group === 'selfHealing' ? undefined : OF_FIELD[stepsOf(path).at(-1) ?? ''];
    const merchantId = merchantOfSetting(path);
    const isNew = merchantId !== null && !change.before.merchants.has(merchantId);
    if (code !== undefined && !isNew) add(code, [path]);
    if (restarts(path, change)) add('NEEDS_RESTART', [path]);
    if (isNumberOther(path, change)) add('BILLS_REFUSED', [path]);
    if (isChannel(path) && !isNew) add('NEXT_CLOSE', [path]);
    if (madeBySetting(path) !== null) add('HOSPITAL_NEW', [path]);
    if (leaves(path, change)) add('HOSPITAL_LEAVES', [path]);
  }
  const shared = new Set(sharedNumberWarnings(change.before.merchants.values()));
  for (const sentence of sharedNumberWarnings(change.after.merchants.values())) {
    if (!shared.has(sentence)) add('SHARED_NUMBER', [], sentence);
  }
  const weakened = weakenedApprovals(change);
  if (weakened.length > 0) add('APPROVAL_WEAKENED', [], weakened.join(', '));
  const widened = widenedHealing(change);
  if (widened.length > 0) add('HEALING_WIDENED', [], widened.join(', '));
  const silenced = change.diff.filter(({ path, before, after, inherited }) => {
    return isAlertRule(path) && (after ?? inherited) === 'off' && before !== 'off';
  });
  if (silenced.length > 0)
    add(
      'ALERTS_OFF',
      silenced.map(({ path }) => path),
    );
  return [...found.values()];
}

function isChannel(path: string): boolean {
  const [, , group] = stepsOf(path);
  return merchantOfSetting(path) !== null && group === 'channels';
}

/** Bills are fetched, and refunds made, with the number of the start. */
function restarts(path: string, { after, needsRestart }: Change): boolean {
  if (path === '/alerts/routes' || path === '/alerts/quietHours') return needsRestart.includes('alerts');
  const merchantId = merchantOfSetting(path) ?? '';
  const isOutside = isChannel(path) || madeBySetting(path) !== null;
  return isOutside && (after.sources.has(merchantId) || after.refunds.has(merchantId));
}

function leaves(path: string, { before, after }: Change): boolean {
  const [, merchantId = '', name] = stepsOf(path);
  const lastDateIn = ({ merchants }: Config): string => merchants.get(merchantId)?.lastDate ?? '9999';
  return merchantOfSetting(path) !== null && name === 'lastDate' && lastDateIn(after) < lastDateIn(before);
}

function isNumberOther(path: string, { before, after }: Change): boolean {
  if (!isChannel(path)) return false;
  const merchantId = merchantOfSetting(path) ?? '';
  const channel = stepsOf(path).at(-1);
  const numberIn = ({ merchants }: Config): string | undefined =>
    merchants.get(merchantId)?.channels.find((each) => each.channel === channel)?.merchantNo;
  const former = numberIn(before);
  return former !== undefined && former !== numberIn(after);
}

function weakenedApprovals({ before, after }: Change): readonly string[] {
  const isMore = (was: bigint | null, is: bigint | null): boolean =>
    was !== null && (is === null || is > was);
  return [...after.resolution].flatMap(([merchantId, is]) => {
    const was = before.resolution.get(merchantId);
    if (!was) return [];
    const weaker =
      isMore(was.approvalFromFen, is.approvalFromFen) ||
      isMore(was.bulkApprovalFromFen, is.bulkApprovalFromFen);
    return weaker ? [merchantId] : [];
  });
}

function isAlertRule(path: string): boolean {
  const [first, second, third] = stepsOf(path);
  return first === 'merchants' ? third === 'alertRules' : first === 'alerts' && second === 'rules';
}

/** Hospitals whose payments are refunded by the system that it left to people before. */
export function widenedHealing({ before, after }: Pick<Change, 'before' | 'after'>): readonly string[] {
  return [...after.healing].flatMap(([merchantId, is]) => {
    if (is.mode !== 'on') return [];
    const was = before.healing.get(merchantId);
    if (was === undefined || was.mode !== 'on' || isWider(was, is)) return [merchantId];
    return mostOfOrder(after, merchantId, is) > mostOfOrder(before, merchantId, was) ? [merchantId] : [];
  });
}

function isWider(was: HealingRules, is: HealingRules): boolean {
  return (
    is.perOrderFen > was.perOrderFen ||
    is.dailyFen > was.dailyFen ||
    is.dailyOrders > was.dailyOrders ||
    is.askAgainAfterMs < was.askAgainAfterMs ||
    is.notBeforeMs < was.notBeforeMs ||
    (is.isIntraday && !was.isIntraday)
  );
}

/** From the second person's amount on a refund is left to people: what moves that moves this limit, too. */
function mostOfOrder({ resolution }: Config, merchantId: string, { perOrderFen }: HealingRules): bigint {
  const fromFen = resolution.get(merchantId)?.approvalFromFen ?? null;
  return fromFen === null || perOrderFen < fromFen ? perOrderFen : fromFen - 1n;
}
