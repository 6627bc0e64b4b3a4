// npm run bench -- <name> [options]: runs bench/<name>/main.ts
import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';

const [name = '', ...args] = process.argv.slice(2);
const script = join(import.meta.dirname, name, 'main.ts');
if (/^[a-z][a-z0-9-]*$/.test(name) && existsSync(script)) {
  process.exitCode = spawnSync(process.execPath, [script, ...args], { stdio: 'inherit' }).status ?? 3;
} else {
  const names = globSync('*/main.ts', { cwd: import.meta.dirname }).map((path) => path.split(/[/\\]/)[0]);
  console.error(
    `npm run bench -- <name>; there is: ${names.toSorted((a = '', b = '') => a.localeCompare(b)).join(', ') || 'nothing yet'}`,
  );
  process.exitCode = 2;
}
