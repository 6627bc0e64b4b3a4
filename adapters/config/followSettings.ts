import type { SettingsStore } from '../../domain/settings.ts';
import type { LiveConfig, SettingsNow } from './liveConfig.ts';
import { readSettingsCopy, writeSettingsCopy } from './settingsCopy.ts';

const LOOK_MS = 2_000;

export type SettingsFollowing = {
  /** Looks now, and not in a moment. */
  look(): Promise<void>;
  stop(): void;
};

type Followed = {
  readonly live: LiveConfig;
  /** null: the file alone counts (DUIZHANG_SETTINGS=off). */
  readonly store: Pick<SettingsStore, 'latest'> | null;
  readonly dataDir: string;
  readonly onAway: (error: unknown) => void;
};

/**
 * What is set in the console when a process starts: as the ledger says, or, while it does not answer, as the copy in the data
 * folder says; what has changed meanwhile is read as soon as the ledger is back.
 */
export async function settingsAtStart(
  store: Followed['store'],
  dataDir: string,
  onAway: Followed['onAway'],
): Promise<SettingsNow | null> {
  if (store === null) return null;
  try {
    return await store.latest();
  } catch (error) {
    onAway(error);
    return readSettingsCopy(dataDir);
  }
}

/** Keeps a process at what is set in the console. */
export function followSettings({ live, store, dataDir, onAway }: Followed): SettingsFollowing {
  if (store === null) return { look: () => Promise.resolve(), stop: () => undefined };
  let copied: string | undefined;
  let isLooking = false;
  let wasAway = false;
  const look = async (): Promise<void> => {
    const settings = await store.latest();
    live.use(settings);
    if (settings !== null && settings.changeId !== copied) writeSettingsCopy(dataDir, settings);
    copied = settings?.changeId;
  };
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    look()
      .then(
        () => void (wasAway = false),
        (error: unknown) => {
          // Once for each time that it is away.
          if (!wasAway) onAway(error);
          wasAway = true;
        },
      )
      .finally(() => void (isLooking = false));
  }, LOOK_MS).unref();
  return { look, stop: () => clearInterval(timer) };
}
