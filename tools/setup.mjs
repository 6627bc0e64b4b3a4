// Makes a clone ready to run, and costs nothing when it is: the project's packages (its own Node among them) and
// redis-server. Plain JavaScript without packages, for any Node from 20 on: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
  // npm's output goes to stderr: stdout belongs to the command that set-up is done for.
  return spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] }).status === 0;
}

function has(command) {
  return spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
}

function installPackages() {
  const hash = createHash('sha256')
    .update(readFileSync(join(root, 'package.json')))
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const node = join(root, 'node_modules', '.bin', 'node');
  if (existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  say('installing packages (npm ci)');
  if (!run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])) fail('npm ci failed; its message above says why');
  writeFileSync(stamp, hash);
}

function installRedis() {
  if (process.env.DUIZHANG_REDIS_SERVER || has('redis-server')) return;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (has('apt-get') && (sudo.length === 0 || has('sudo'))) {
    say('installing redis-server (apt-get)');
    const apt = (...args) => {
      const [command, ...rest] = [
        ...sudo,
        'env',
        'DEBIAN_FRONTEND=noninteractive',
        'apt-get',
        '-qq',
        '-y',
        ...args,
      ];
      return run(command, rest);
    };
    apt('update');
    // redis-server alone is the program without a service that starts by itself where the package is split so.
    if (apt('install', '--no-install-recommends', 'redis-server') && has('redis-server')) return;
  } else if (has('brew')) {
    say('installing redis (brew)');
    if (run('brew', ['install', 'redis']) && has('redis-server')) return;
  }
  fail(
    'redis-server is missing and could not be installed; install Redis 7 or newer, so that `redis-server` is found',
  );
}

installPackages();
installRedis();
