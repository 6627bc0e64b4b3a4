import { relative } from 'node:path';
import { demoUsersPath } from '../../adapters/config/demoUsers.ts';
import type { RunFile } from '../../adapters/process/runFile.ts';
import type { KnownUser } from '../../domain/principal.ts';
import { demoFolderOf } from './demoRecord.ts';
import { outsideFilesOf } from './outside.ts';

export type Place = {
  readonly dataDir: string;
  readonly cwd: string;
  /** Users that were made by this start: their tokens are shown this once. */
  readonly newUsers: readonly KnownUser[] | null;
  readonly hasDemoUsers: boolean;
};

/** What a person may do next: addresses to open and commands to copy. */
export function whereToLook(run: RunFile, place: Place, shows: 'demo' | 'nothing yet'): string {
  const { dataDir, cwd } = place;
  // Commands find the system by its data folder; the default one needs no word.
  const env = relative(cwd, dataDir) === 'data' ? '' : `DUIZHANG_DATA=${dataDir} `;
  const events = `curl -H 'content-type: application/x-ndjson' --data-binary @events.ndjson \\\n              ${run.apiUrl}/api/v1/events`;
  return [
    'Where to look next',
    `  console     ${run.apiUrl}/`,
    ...(place.hasDemoUsers
      ? ['              log in under 访问令牌 (access token) with the token of one of the users']
      : []),
    `  API         ${run.apiUrl}/docs`,
    `              ${run.apiUrl}/openapi.json`,
    ...(shows === 'demo'
      ? [
          `  exceptions  curl -H 'authorization: Bearer TOKEN' '${run.apiUrl}/api/v1/exceptions?mode=THREE_WAY'`,
          `  ledger      ${env}./duizhang sql "select * from v_verdicts limit 5"`,
          `  refused     ${env}./duizhang dead-letters list`,
          `  books       ${shown(cwd, demoFolderOf(dataDir))}/`,
          `  refunds     no money moves, a simulated platform plays them; those that it carried out:`,
          `              ${shown(cwd, outsideFilesOf(dataDir).recordPath)}`,
        ]
      : [
          `  events      ${events}`,
          `  bills       ${env}./duizhang bill import FILE --merchant H001 --book channel`,
          `  close       ${env}./duizhang close --merchant H001 --date YYYY-MM-DD`,
        ]),
    `  logs        ${shown(cwd, dataDir)}/logs/`,
    ...usersText(run, place, env),
    '',
  ].join('\n');
}

function usersText(
  { apiUrl }: RunFile,
  { dataDir, cwd, newUsers, hasDemoUsers }: Place,
  env: string,
): readonly string[] {
  if (!hasDemoUsers) return [`  users       ${env}./duizhang user add NAME --roles operator`];
  const path = shown(cwd, demoUsersPath(dataDir));
  const codes = `  codes       ${env}./duizhang notices --user operator`;
  if (newUsers === null) return [`  users       ${path}`, codes];
  const operator = newUsers.find(({ principal }) => principal.userId === 'operator');
  return [
    `  users       kept in ${path}, for this machine alone; a token goes with each request:`,
    ...newUsers.map(({ principal, token }) => `              ${principal.userId.padEnd(10)} ${token}`),
    `              curl -H 'authorization: Bearer ${operator?.token ?? ''}' ${apiUrl}/api/v1/merchants`,
    codes,
  ];
}

function shown(cwd: string, path: string): string {
  const inside = relative(cwd, path);
  return inside.startsWith('..') ? path : inside;
}
