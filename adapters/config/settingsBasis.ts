import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SettingsRevision, SettingsStore } from '../../domain/settings.ts';
import { NO_OVERLAY } from '../../domain/settings.ts';
import type { OtherAdmins } from '../../domain/settingsProposals.ts';
import type { SettingsBasis } from './settingsPlan.ts';

export type SettingsDeskParts = {
  /** Of the file. */
  readonly path: string;
  readonly store: SettingsStore;
  /** One change at a time, in all processes. */
  readonly whileHeld: <T>(work: () => Promise<T>) => Promise<T>;
  /** What of a configuration a running system would take at its next start only. */
  readonly needsRestart: SettingsBasis['needsRestart'];
  readonly otherAdmins: OtherAdmins;
  /** The process that was asked takes it at once, the others in a moment. */
  readonly onChanged: () => Promise<void>;
  readonly now: () => number;
};

export type BasisNow = SettingsBasis & {
  /** null: nothing was ever set. */
  readonly latest: SettingsRevision | null;
  readonly revision: number;
  readonly fileSha256: string;
};

/** What changes are made on at this moment. */
export async function basisNow({ path, store, needsRestart }: SettingsDeskParts): Promise<BasisNow> {
  const latest = await store.latest();
  const text = readFileSync(path, 'utf8');
  return {
    path,
    text,
    overlay: latest?.overlay ?? NO_OVERLAY,
    needsRestart,
    latest,
    revision: latest?.revision ?? 0,
    fileSha256: createHash('sha256').update(text).digest('hex'),
  };
}
