// npm run dashboards: writes grafana/*.json from source/.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { exceptions } from './source/exceptions.ts';
import { hospital } from './source/hospital.ts';
import { overview } from './source/overview.ts';
import { pipeline } from './source/pipeline.ts';

export const DASHBOARDS: readonly Dashboard[] = [overview(), exceptions(), pipeline(), hospital()];

/** Each file's path with its text. */
export function dashboardFiles(): readonly (readonly [path: string, text: string])[] {
  return DASHBOARDS.map((dashboard) => [
    join(import.meta.dirname, 'grafana', `${dashboard.uid}.json`),
    `${JSON.stringify(dashboard, null, 2)}\n`,
  ]);
}

if (import.meta.main) for (const [path, text] of dashboardFiles()) writeFileSync(path, text);
