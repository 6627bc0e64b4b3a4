// Keeps a child from outliving its parent: node guard.mjs <command> [argument ...]
//
// The parent holds the other end of this process's standard input. When the parent dies, however it dies, the pipe ends;
// the child then gets SIGTERM, and SIGKILL when it has not gone within the grace. Signals of a terminal go to a whole
// process group; the guard and its child stand in one of their own, so that the parent decides the order of ending.
import { spawn } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';

const STOP_GRACE_MS = 10_000;
// Nobody waits any more, and a new parent may already want the ports and files.
const ORPHAN_GRACE_MS = 1_000;

const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });

function end(graceMs) {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), graceMs).unref();
}

/** The pid goes out by a descriptor of its own: standard output is the child's. */
function announce() {
  try {
    writeSync(3, `${child.pid}\n`);
    closeSync(3);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    end(ORPHAN_GRACE_MS);
  }
}

child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
child.on('spawn', announce);
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGTERM' ? 0 : 1)));
process.stdin.on('end', () => end(ORPHAN_GRACE_MS));
process.stdin.on('error', () => end(ORPHAN_GRACE_MS));
process.stdin.resume();
process.on('SIGTERM', () => end(STOP_GRACE_MS));
process.on('SIGINT', () => end(STOP_GRACE_MS));
process.on('SIGHUP', () => end(STOP_GRACE_MS));
