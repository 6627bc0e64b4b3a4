import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { ConsoleFile, ConsoleFiles } from '../../domain/apiPorts.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const PACKED = { br: '.br', gzip: '.gz' } as const;

/**
 * The console in a folder, read whole: a few megabytes, and no path that somebody asks for ever reaches the disk. Built
 * again, it is read again.
 * @returns gives null while it is not built
 */
export function consoleIn(dir: string): () => ConsoleFiles | null {
  const index = join(dir, 'index.html');
  let read: { readonly builtAtMs: number; readonly files: ConsoleFiles } | null = null;
  return () => {
    // Written last by the build.
    const builtAtMs = statSync(index, { throwIfNoEntry: false })?.mtimeMs;
    if (builtAtMs === undefined) return null;
    if (read?.builtAtMs !== builtAtMs) read = { builtAtMs, files: readConsole(dir, index) };
    return read.files;
  };
}

function readConsole(dir: string, index: string): ConsoleFiles {
  const names = globSync('assets/*', { cwd: dir }).filter((name) => TYPES[extname(name)] !== undefined);
  return {
    page: readFileSync(index, 'utf8'),
    assets: new Map(names.map((name) => [`/${name}`, readAsset(join(dir, name))])),
  };
}

function readAsset(path: string): ConsoleFile {
  const packed = Object.entries(PACKED)
    .map(([encoding, ending]) => [encoding, `${path}${ending}`] as const)
    .filter(([, file]) => existsSync(file))
    .map(([encoding, file]) => [encoding, readFileSync(file)] as const);
  return {
    contentType: TYPES[extname(path)] ?? 'application/octet-stream',
    bytes: readFileSync(path),
    packed: Object.fromEntries(packed),
  };
}
