import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where Chromium is: as DUIZHANG_CHROMIUM says, else in the path. @returns null: nowhere */
export function chromiumPath(env: NodeJS.ProcessEnv): string | null {
  const named = env['DUIZHANG_CHROMIUM'];
  if (named !== undefined) return named;
  const folders = (env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, 'chromium')).find((path) => existsSync(path)) ?? null;
}
