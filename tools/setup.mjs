// Makes a clone ready to run, and costs nothing when it is: the project's packages (its own Node among them), redis-server
// and the built console; with --for-tests promtool and Chromium too, which the rules of dashboards/prometheus and the
// console are tested with. Plain JavaScript without packages, for any Node from 20 on: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules', '.duizhang-setup');

function say(text) {
  process.stderr.write(`duizhang setup: ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(3);
}

function run(command, args) {
  // Output goes to stderr: stdout belongs to the command that set-up is done for. npm must not run on the Node that it
  // is about to replace, which `npm start` puts first in the path.
  const ours = join(root, 'node_modules', '.bin');
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== ours);
  return (
    spawnSync(command, args, {
      cwd: root,
      stdio: ['ignore', 2, 2],
      env: { ...process.env, PATH: path.join(delimiter) },
    }).status === 0
  );
}

function has(command) {
  return spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
}

function installPackages() {
  const hash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const node = join(root, 'node_modules', '.bin', 'node');
  if (existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  say('installing packages (npm ci)');
  if (!run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])) {
    fail('npm ci failed; its message above says why');
  }
  writeFileSync(stamp, hash);
}

// Debian starts a package's service when it installs it, unless policy-rc.d forbids; we only want the program.
const aptInstall = (name) => `
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\\nexit 101\\n' > "$policy" && chmod +x "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -y install --no-install-recommends ${name}`;

/** Whether `program` is there now. */
function install(program, { apt, brew }) {
  const isRoot = process.getuid?.() === 0;
  if (has('apt-get') && (isRoot || has('sudo'))) {
    say(`installing ${apt} (apt-get)`);
    const [command, ...args] = [...(isRoot ? [] : ['sudo', '-n']), 'sh', '-c', aptInstall(apt)];
    return run(command, args) && has(program);
  }
  if (!has('brew')) return false;
  say(`installing ${brew} (brew)`);
  return run('brew', ['install', brew]) && has(program);
}

function installRedis() {
  if (process.env.DUIZHANG_REDIS_SERVER || has('redis-server')) return;
  if (install('redis-server', { apt: 'redis-server', brew: 'redis' })) return;
  fail(
    'redis-server is missing and could not be installed; install Redis 7 or newer, so that `redis-server` is found, or name it in DUIZHANG_REDIS_SERVER',
  );
}

function installPromtool() {
  if (has('promtool') || install('promtool', { apt: 'prometheus', brew: 'prometheus' })) return;
  say('promtool is missing and could not be installed: tests of the rules for Prometheus will be skipped');
}

/** With letters for Chinese, which a machine without screen lacks. */
function installChromium() {
  if (
    process.env.DUIZHANG_CHROMIUM ||
    has('chromium') ||
    install('chromium', { apt: 'chromium fonts-wqy-zenhei', brew: 'chromium' })
  ) {
    return;
  }
  say(
    'CHROMIUM IS MISSING and could not be installed: tests of the console in a browser will be skipped; install it, or name it in DUIZHANG_CHROMIUM',
  );
}

/** What the console is built from; the packages by their lock file. */
function consoleSources() {
  const under = (folder, wanted) =>
    readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && wanted(entry))
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const dist = join(root, 'console', 'dist');
  return [
    ...under(
      'console',
      (entry) => !(entry.parentPath ?? entry.path).startsWith(dist) && !entry.name.includes('.test.'),
    ),
    ...under('domain', (entry) => !entry.name.includes('.test.')),
    join(root, 'package-lock.json'),
  ];
}

function buildConsole() {
  const built = join(root, 'console', 'dist', 'index.html');
  const newest = Math.max(...consoleSources().map((file) => statSync(file).mtimeMs));
  if (existsSync(built) && statSync(built).mtimeMs >= newest) return;
  say('building the console (npm run console)');
  const node = join(root, 'node_modules', '.bin', 'node');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  if (!run(node, [vite, 'build', 'console', '--logLevel', 'warn'])) {
    fail('the console could not be built; the message above says why');
  }
}

// Two set-ups at once would take the packages away under each other.
const lock = join(root, '.duizhang-setup.lock');

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function takeLock() {
  for (let told = false; ; told = true) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      process.on('exit', () => rmSync(lock, { force: true }));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(readIfThere(lock));
    // An empty file is one that is being written just now.
    if (holder > 0 && !isAlive(holder)) rmSync(lock, { force: true });
    else if (!told) say(`waiting for another set-up${holder > 0 ? ` (process ${holder})` : ''}`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));
takeLock();
installPackages();
installRedis();
buildConsole();
if (process.argv.includes('--for-tests')) {
  installPromtool();
  installChromium();
}
