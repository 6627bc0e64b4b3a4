// Compiles what runs in production to JavaScript: node tools/dist.mjs [--out FOLDER]    (dist without it)
//
// The folder holds the programs (api/main.js, pipeline/main.js, cli/main.js, simulator/), what they read beside them
// (Lua scripts, schemas) and package.json; with the packages of `npm ci --omit=dev --omit=optional` beside it, it runs.
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'dist') } } });
const out = resolve(values.out);
const CODE = ['adapters', 'api', 'cli', 'domain', 'people', 'pipeline', 'resolution', 'simulator'];
/** Read at run time, as they are. */
const ASIDE = ['schemas', 'duizhang.config.yaml', 'package.json', 'LICENSE'];
const SOURCE = new Set(['.ts', '.tsx', '.md']);

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const compiler = join(root, 'node_modules', '.bin', 'tsc');
const compiled = spawnSync(compiler, ['-p', 'tsconfig.dist.json', '--outDir', out], {
  cwd: root,
  stdio: ['ignore', 2, 2],
});
if (compiled.status !== 0) process.exit(3);
for (const folder of CODE) {
  cpSync(join(root, folder), join(out, folder), {
    recursive: true,
    filter: (from) => !SOURCE.has(extname(from)),
  });
}
for (const name of ASIDE) {
  const from = join(root, name);
  if (name === 'schemas') cpSync(from, join(out, name), { recursive: true });
  else copyFileSync(from, join(out, name));
}
const console = join(root, 'console', 'dist');
if (existsSync(console)) cpSync(console, join(out, 'console', 'dist'), { recursive: true });
