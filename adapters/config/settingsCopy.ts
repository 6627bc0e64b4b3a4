import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Compile } from 'typebox/compile';
import type { SettingsNow } from './liveConfig.ts';
import { overlayJson, overlayOf, SettingsNowSchema } from './settingsJson.ts';

// A copy, in the data folder, of what is set in the console: for a start while the ledger does not answer, and for commands.

const check = Compile(SettingsNowSchema);

/** @returns null: nothing was set, or nothing that can be read lies there */
export function readSettingsCopy(dataDir: string): SettingsNow | null {
  try {
    const value: unknown = JSON.parse(readFileSync(pathIn(dataDir), 'utf8'));
    return check.Check(value) ? { ...value, overlay: overlayOf(value.overlay) } : null;
  } catch {
    return null;
  }
}

export function writeSettingsCopy(dataDir: string, { revision, changeId, overlay }: SettingsNow): void {
  const text = JSON.stringify({ revision, changeId, overlay: overlayJson(overlay) });
  const path = pathIn(dataDir);
  // Several processes may write at once, each its own file.
  const written = `${path}.${process.pid}.new`;
  writeFileSync(written, `${text}\n`, { mode: 0o600 });
  renameSync(written, path);
}

function pathIn(dataDir: string): string {
  return join(dataDir, 'settings.json');
}
