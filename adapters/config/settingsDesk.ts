import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { parseDocument } from 'yaml';
import { canonicalJson } from '../../domain/canonicalJson.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import { mayReach } from '../../domain/principal.ts';
import type { SettingsDesk, SettingsRevision, SettingsStore } from '../../domain/settings.ts';
import { merchantOfSetting, NO_OVERLAY } from '../../domain/settings.ts';
import { configOfText } from './loadConfig.ts';
import { writeOverlay } from './overlay.ts';
import type { SettingsBasis } from './settingsPlan.ts';
import { planSettings } from './settingsPlan.ts';
import { viewOf } from './settingsView.ts';

export type SettingsDeskParts = {
  /** Of the file. */
  readonly path: string;
  readonly store: SettingsStore;
  /** One change at a time, in all processes. */
  readonly whileHeld: <T>(work: () => Promise<T>) => Promise<T>;
  /** What of a configuration a running system would take at its next start only. */
  readonly needsRestart: SettingsBasis['needsRestart'];
  /** The process that was asked takes it at once, the others in a moment. */
  readonly onChanged: () => Promise<void>;
  readonly now: () => number;
};

/** Settings as administrators see and change them. */
export function settingsDesk(parts: SettingsDeskParts): SettingsDesk {
  const { path, store } = parts;
  const basisNow = async () => {
    const latest = await store.latest();
    const text = readFileSync(path, 'utf8');
    return { path, text, overlay: latest?.overlay ?? NO_OVERLAY, latest, needsRestart: parts.needsRestart };
  };
  const checkBase = (latest: SettingsRevision | null, base: number): void => {
    if ((latest?.revision ?? 0) !== base) throw changedMeanwhile(latest);
  };
  return {
    async view(principal, merchantId) {
      const { latest, ...basis } = await basisNow();
      return {
        revision: latest?.revision ?? 0,
        file: path,
        fileSha256: sha256(basis.text),
        ...viewOf(basis, principal, merchantId),
      };
    },
    async preview(principal, { base, changes }) {
      const { latest, ...basis } = await basisNow();
      checkBase(latest, base);
      const { diff, warnings } = planSettings(basis, principal, changes);
      return { diff, warnings };
    },
    async change(principal, { base, changes, reason, changeId }) {
      const revision = await parts.whileHeld(async () => {
        const done = await store.byChange(changeId);
        if (done) return sameChange(done, principal, changes);
        const { latest, ...basis } = await basisNow();
        checkBase(latest, base);
        const by = principal.userId;
        const { diff, overlayWith } = planSettings(basis, principal, changes);
        const next = { revision: base + 1, atMs: parts.now(), by, reason };
        const made: SettingsRevision = {
          ...next,
          changeId,
          fileSha256: sha256(basis.text),
          changes: diff,
          overlay: overlayWith(next),
        };
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
      const { text, overlay } = await basisNow();
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

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
