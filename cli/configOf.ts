import type { Config } from '../adapters/config/loadConfig.ts';
import { loadConfig } from '../adapters/config/loadConfig.ts';
import { readSettingsCopy } from '../adapters/config/settingsCopy.ts';
import type { RunFile } from '../adapters/process/runFile.ts';

/**
 * What the processes of a running system go by: the file that it was started with, whatever this shell says (with other slots
 * or partitions a close would look at a part of the day only), and what is set in the console.
 */
export function configOf({ configPath, dataDir }: Pick<RunFile, 'configPath' | 'dataDir'>): Config {
  return loadConfig(configPath, readSettingsCopy(dataDir)?.overlay);
}
