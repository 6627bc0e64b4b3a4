import type { SettingsStore } from '../domain/settings.ts';
import { connectClickHouse } from './clickhouse/client.ts';
import { ledgerUrlOf } from './clickhouse/ledgerAddress.ts';
import { clickHouseSettings } from './clickhouse/settings.ts';
import type { LiveConfig, SettingsNow } from './config/liveConfig.ts';
import type { SettingsFollowing } from './config/followSettings.ts';
import { followSettings, settingsAtStart } from './config/followSettings.ts';

const LEDGER_ANSWERS_WITHIN_MS = 5_000;

/** What a process knows of the settings that are made in the console. */
export type ProcessSettings = {
  readonly atStart: SettingsNow | null;
  follow(live: LiveConfig): SettingsFollowing;
  close(): Promise<void>;
};

/**
 * With DUIZHANG_SETTINGS=off the file alone counts: the way out when a start is refused for what is set in the console.
 * @param onAway the ledger does not answer, or again does not
 */
export async function processSettings(
  env: NodeJS.ProcessEnv,
  onAway: (error: unknown) => void,
): Promise<ProcessSettings> {
  const [url, dataDir] = [env['DUIZHANG_CLICKHOUSE_URL'], env['DUIZHANG_DATA']];
  // What is not set is complained of by whoever reads the rest of the environment.
  if (env['DUIZHANG_SETTINGS'] === 'off' || !url || !URL.canParse(url) || !dataDir) return withoutSettings();
  const client = connectClickHouse(ledgerUrlOf(url, env), LEDGER_ANSWERS_WITHIN_MS);
  const store: Pick<SettingsStore, 'latest'> = clickHouseSettings(client);
  return {
    atStart: await settingsAtStart(store, dataDir, onAway),
    follow: (live) => followSettings({ live, store, dataDir, onAway }),
    close: () => client.close(),
  };
}

function withoutSettings(): ProcessSettings {
  return {
    atStart: null,
    follow: (live) => followSettings({ live, store: null, dataDir: '', onAway: () => undefined }),
    close: () => Promise.resolve(),
  };
}
