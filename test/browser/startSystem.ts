import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { TestProject } from 'vitest/node';
import { startChild } from '../../adapters/process/childProcess.ts';
import { readRunFile } from '../../adapters/process/runFile.ts';

// The whole system as `npm start` starts it, once for all files of test/browser: a small demo day, played and closed.
// DUIZHANG_BROWSER_DATA names the data folder of a system that runs already, which is quicker while a page is written.

const MAIN = new URL('../../cli/main.ts', import.meta.url).pathname;
const CONFIG = new URL('../../duizhang.config.yaml', import.meta.url).pathname;
const DEMO = ['--merchants', '2', '--orders', '200', '--seconds', '5'];
const SERVES_WITHIN_MS = 120_000;
/** As far as the file goes: nobody answers there, and it is switched on by whoever tries. */
const MAY_HEAL = `    sources: { hdp: { url: 'http://127.0.0.1:9', keyId: front, keyFile: secrets/hdp.key } }
    refunds: { upp: { url: 'http://127.0.0.1:9', keyId: upp, keyFile: secrets/upp.key } }
    alertRules: { billBy: 'off', matchRate: { below: 0.8 } }
`;
export const PASSWORD = 'correct horse battery';

export type BrowserSystem = {
  readonly url: string;
  readonly dataDir: string;
  /** Of the demo's users, who reach every hospital; each is named as its role. */
  readonly tokens: Readonly<Record<string, string>>;
};

declare module 'vitest' {
  interface ProvidedContext {
    system: BrowserSystem;
  }
}

export default async function start({ provide }: TestProject): Promise<() => Promise<void>> {
  const running = process.env['DUIZHANG_BROWSER_DATA'];
  if (running !== undefined) {
    provide('system', await systemOf(running));
    return async () => undefined;
  }
  const { system, stop } = await startDemo({});
  provide('system', system);
  return stop;
}

export type OwnDemo = {
  /** Of the configuration, below what every one here has. */
  readonly more?: string;
  readonly port?: number;
  /** Without a day: nothing has happened, and nothing came. */
  readonly isEmpty?: boolean;
};

/** A system of one's own, for what all the others must not have: it takes half a minute. */
export async function startDemo({ more = '', port = 0, isEmpty = false }: OwnDemo): Promise<{
  readonly system: BrowserSystem;
  readonly stop: () => Promise<void>;
}> {
  const dataDir = await mkdtemp(join(tmpdir(), 'dz-browser-'));
  const logFile = join(dataDir, 'start.log');
  const config = await configIn(dataDir, more);
  const env = { ...process.env, DUIZHANG_DATA: join(dataDir, 'data'), DUIZHANG_CONFIG: config };
  const child = await startChild({
    command: process.execPath,
    args: [MAIN, 'start', '--fresh', ...(isEmpty ? ['--no-demo'] : DEMO), '--port', String(port)],
    env,
    logFile,
  });
  await untilServing(logFile);
  const system = await systemOf(join(dataDir, 'data'));
  // Somebody who logs in by password, and sees one hospital.
  await command(['user', 'add', 'li', '--roles', 'operator', '--merchants', 'H001', '--password-stdin'], env);
  return {
    system,
    stop: async () => {
      await child.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The demo's, with contacts that nobody is told through, a machine, their keys, and a hospital that may refund by itself. */
async function configIn(folder: string, own: string): Promise<string> {
  await mkdir(join(folder, 'secrets'));
  const names = ['duty', 'chief', 'front', 'hdp', 'upp'];
  const keys = names.map((name) =>
    writeFile(join(folder, 'secrets', `${name}.key`), `${randomBytes(32).toString('base64')}\n`, {
      mode: 0o600,
    }),
  );
  await Promise.all(keys);
  const contact = (name: string): string =>
    `    ${name}: { type: webhook, url: 'http://127.0.0.1:9/${name}', keyFile: secrets/${name}.key }\n`;
  const more = `${own}alerts:
  contacts:
${contact('duty')}${contact('chief')}  routes: []
machines:
  - { id: front-h001, merchants: [H001], keys: [{ keyFile: secrets/front.key }] }
`;
  const path = join(folder, 'duizhang.config.yaml');
  const demo = (await readFile(CONFIG, 'utf8')).replace('  - id: H003\n', `$&${MAY_HEAL}`);
  await writeFile(path, `${demo}\n${more}`);
  return path;
}

async function systemOf(dataDir: string): Promise<BrowserSystem> {
  const users: unknown = JSON.parse(await readFile(join(dataDir, 'demo-users.json'), 'utf8'));
  const known = users as readonly { readonly user: string; readonly token: string }[];
  const tokens = Object.fromEntries(known.map(({ user, token }) => [user, token]));
  return { url: readRunFile(dataDir).apiUrl, dataDir, tokens };
}

async function untilServing(logFile: string): Promise<void> {
  for (const until = performance.now() + SERVES_WITHIN_MS; performance.now() < until; await pause(100)) {
    const said = await readFile(logFile, 'utf8').catch(() => '');
    if (said.includes('Serving until')) return;
  }
  throw new Error(`the demo did not get as far as serving: ${await readFile(logFile, 'utf8')}`);
}

async function command(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['pipe', 'inherit', 'inherit'] });
  child.stdin.end(`${PASSWORD}\n`);
  const code = await new Promise((resolve) => {
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(`duizhang ${args.join(' ')} ended with ${String(code)}`);
}
