import { isDeepStrictEqual } from 'node:util';
import { parseDocument } from 'yaml';
import { canonicalJson } from '../../domain/canonicalJson.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import { mayReach } from '../../domain/principal.ts';
import type { SettingsDesk, SettingsPreview, SettingsRevision } from '../../domain/settings.ts';
import { hospitalsOfSettings, merchantOfSetting } from '../../domain/settings.ts';
import { configOfText } from './loadConfig.ts';
import { writeOverlay } from './overlay.ts';
import type { BasisNow, SettingsDeskParts } from './settingsBasis.ts';
import { basisNow } from './settingsBasis.ts';
import type { SettingsPlan } from './settingsPlan.ts';
import { planSettings } from './settingsPlan.ts';
import { viewOf } from './settingsView.ts';

/** Settings as administrators see and change them. */
export function settingsDesk(parts: SettingsDeskParts): SettingsDesk {
  const { path, store } = parts;
  return {
    async view(principal, merchantId) {
      const { revision, fileSha256, ...basis } = await basisNow(parts);
      return { revision, file: path, fileSha256, ...viewOf(basis, principal, merchantId) };
    },
    async preview(principal, { base, changes }) {
      const basis = await basisNow(parts);
      checkBase(basis, base);
      const { diff, warnings, needsSecond } = planSettings(basis, principal, changes);
      return { diff, warnings, second: await secondFor(principal, { needsSecond, diff }, parts) };
    },
    async change(principal, { base, changes, reason, changeId }) {
      const revision = await parts.whileHeld(async () => {
        const done = await store.byChange(changeId);
        if (done) return sameChange(done, principal, changes);
        const basis = await basisNow(parts);
        checkBase(basis, base);
        const plan = planSettings(basis, principal, changes);
        if (plan.needsSecond) throw secondNeeded();
        const by = principal.userId;
        const said = { by, agreedBy: null, reason, changeId, atMs: parts.now() };
        const made = nextRevision(basis, plan, said);
        await store.append(made);
        return made;
      });
      await parts.onChanged();
      return revision;
    },
    async history(principal, before, limit) {
      const revisions = await store.history(before, limit);
      return revisions.map((revision) => ({ ...revision, changes: ofReach(revision, principal) }));
    },
    async exported() {
      const { text, overlay } = await basisNow(parts);
      return exportedText(path, text, overlay);
    },
  };
}

/** Times of day and numbers at channels stay texts whoever reads them; what stands in the file keeps its own quotes. */
const NEW_TEXTS = { singleQuote: true, defaultStringType: 'QUOTE_SINGLE', defaultKeyType: 'PLAIN' } as const;

/** The text of a file with what is set in the console in it. @throws DZ_CONFIG_EXPORT */
export function exportedText(path: string, text: string, overlay: SettingsRevision['overlay']): string {
  const document = parseDocument(text);
  try {
    writeOverlay(document, overlay);
    const written = document.toString({ lineWidth: 0, ...NEW_TEXTS });
    const [as, is] = [configOfText(path, written), configOfText(path, text, overlay)];
    const same = (['merchants', 'resolution', 'alertRules', 'healing'] as const).every((name) =>
      isDeepStrictEqual(as[name], is[name]),
    );
    if (same && isDeepStrictEqual(as.alerts?.routes, is.alerts?.routes)) return written;
  } catch (error) {
    if (error instanceof DuizhangError) throw error;
  }
  throw new DuizhangError(
    'DZ_CONFIG_EXPORT',
    `${path} repeats parts by & and *, which cannot be written to one by one; write out what is set in the console by hand`,
    { messageZh: '配置文件使用了 YAML 引用（& 与 *），无法自动写回，请手工修改' },
  );
}

/** @throws DZ_SETTINGS_CHANGED */
export function checkBase({ latest, revision }: BasisNow, base: number): void {
  if (revision !== base) throw changedMeanwhile(latest);
}

/** What a plan comes to when it takes effect on the settings that it was made on. */
export function nextRevision(
  { revision, fileSha256 }: BasisNow,
  { diff, overlayWith }: SettingsPlan,
  { by, atMs, reason, ...said }: Pick<SettingsRevision, 'by' | 'agreedBy' | 'reason' | 'changeId' | 'atMs'>,
): SettingsRevision {
  const next = { revision: revision + 1, atMs, by, reason };
  return { ...next, ...said, fileSha256, changes: diff, overlay: overlayWith(next) };
}

/** Who has to agree to a change, and whether there is anybody. */
export async function secondFor(
  { userId }: Principal,
  { needsSecond, diff }: Pick<SettingsPlan, 'needsSecond' | 'diff'>,
  { otherAdmins }: Pick<SettingsDeskParts, 'otherAdmins'>,
): Promise<SettingsPreview['second']> {
  if (!needsSecond) return 'NOT_NEEDED';
  const hospitals = hospitalsOfSettings(diff.map(({ path }) => path));
  return (await otherAdmins.areThere(userId, hospitals)) ? 'NEEDED' : 'NOBODY';
}

function secondNeeded(): DuizhangError {
  return new DuizhangError(
    'DZ_SETTINGS_SECOND',
    'it lets the system refund more by itself: propose it at POST /api/v1/settings/proposals, and another administrator agrees; what narrows self-healing needs nobody',
    { messageZh: '该修改会放宽自动退款，须提交申请，由另一名管理员同意后生效' },
  );
}

function changedMeanwhile(latest: SettingsRevision | null): DuizhangError {
  const who = latest === null ? 'nobody' : latest.by;
  const at = new Date(latest?.atMs ?? 0).toISOString();
  return new DuizhangError(
    'DZ_SETTINGS_CHANGED',
    `${who} has changed settings at ${at} (revision ${latest?.revision ?? 0}); look at them again before you change them`,
    { messageZh: `设置已被 ${who} 修改（第 ${latest?.revision ?? 0} 版），请重新查看后再改` },
  );
}

/** Sent again after an answer that was lost. */
function sameChange(
  done: SettingsRevision,
  principal: Principal,
  changes: readonly { readonly path: string }[],
): SettingsRevision {
  const paths = (list: readonly { readonly path: string }[]): string =>
    canonicalJson(list.map(({ path }) => path).toSorted());
  if (done.by === principal.userId && paths(done.changes) === paths(changes)) return done;
  throw new DuizhangError('DZ_IDEMPOTENCY_KEY_USED', 'another change was sent under this Idempotency-Key', {
    messageZh: '该 Idempotency-Key 已用于其他修改',
  });
}

function ofReach({ changes }: SettingsRevision, principal: Principal): SettingsRevision['changes'] {
  if (principal.merchants === null) return changes;
  return changes.filter(({ path }) => {
    const merchantId = merchantOfSetting(path);
    return merchantId !== null && mayReach(principal, merchantId);
  });
}
