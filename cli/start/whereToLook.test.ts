import { expect, test } from 'vitest';
import type { RunFile } from '../../adapters/process/runFile.ts';
import { whereToLook } from './whereToLook.ts';

const RUN: RunFile = {
  pid: 1,
  clickhouseUrl: '',
  logUrl: '',
  auditUrl: '',
  windowRedisUrl: '',
  apiUrl: 'http://127.0.0.1:8420',
  startedAt: '',
  configPath: '',
  dataDir: '/srv/data',
  signingKeyPath: '',
  sessionKeyPath: '',
};
const PLACE = { dataDir: '/srv/data', cwd: '/srv', newUsers: null };

test('whoever starts it is told where the users of the demo are, or how to add one where they are switched off', () => {
  const on = whereToLook(RUN, { ...PLACE, hasDemoUsers: true }, 'nothing yet');
  expect(on).toMatch(/^ {2}users {7}data\/demo-users\.json$/m);
  expect(on).toMatch(/^ {2}console {5}http:\/\/127\.0\.0\.1:8420\/\n {14}log in .*token/m);
  const off = whereToLook(RUN, { ...PLACE, hasDemoUsers: false }, 'nothing yet');
  expect(off).toMatch(/^ {2}users {7}\.\/duizhang user add NAME --roles operator$/m);
  expect(off).not.toMatch(/demo-users/);
});
