import { relative } from 'node:path';
import type { RunFile } from '../../adapters/process/runFile.ts';
import type { DemoRecord } from './demoRecord.ts';
import { demoFolderOf } from './demoRecord.ts';

/** What a person may do next; each line is one to be copied. */
export function whereToLook(
  run: RunFile,
  place: { readonly dataDir: string; readonly cwd: string },
  demo: DemoRecord | null,
): string {
  const dates = demo === null ? '' : `&from=${demo.date}&to=${demo.date}`;
  const data = relative(place.cwd, place.dataDir);
  // Commands find the system by its data folder; the default one needs no word.
  const env = data === 'data' ? '' : `DUIZHANG_DATA=${place.dataDir} `;
  return [
    'Where to look next',
    `  API               ${run.apiUrl}`,
    `  to read and try   ${run.apiUrl}/docs`,
    `  for machines      ${run.apiUrl}/openapi.json`,
    `  exceptions        curl '${run.apiUrl}/api/v1/exceptions?mode=THREE_WAY${dates}'`,
    `  the ledger        ${env}./duizhang sql "SELECT mode, code, count() FROM verdicts FINAL GROUP BY ALL"`,
    ...(demo === null
      ? []
      : [
          `  dead letters      ${env}./duizhang dead-letters list`,
          `  the day's books   ${relative(place.cwd, demoFolderOf(place.dataDir))}/`,
        ]),
    `  logs              ${data}/logs/`,
    '',
  ].join('\n');
}
