import { spawnSync } from 'node:child_process';

/** Of Debian's package `prometheus`. Where it is missing, its tests are skipped and say so. */
export const hasPromtool = spawnSync('promtool', ['--version'], { stdio: 'ignore' }).status === 0;

/** @returns what it says; throws with that when it refuses */
export function promtool(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  const said = `${stdout}${stderr}`;
  if (status !== 0) throw new Error(`promtool ${args.join(' ')}: ${said}`);
  return said;
}
