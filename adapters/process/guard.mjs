// Keeps a child from outliving its parent: node guard.mjs <command> [argument ...]
//
// The parent holds the other end of this process's standard input. When the parent dies, however it dies, the pipe ends;
// the child then gets SIGTERM, and SIGKILL when it has not gone within the grace. Signals of a terminal go to a whole
// process group; the guard and its child stand in one of their own, so that the parent decides the order of ending.
import { spawn } from 'node:child_process';

const GRACE_MS = 10_000;
const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });

function end(signal) {
  child.kill(signal);
  setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
}

child.on('error', (error) => {
  process.stderr.write(`cannot start ${command}: ${error.message}\n`);
  process.exit(127);
});
child.on('spawn', () => process.stdout.write(`guarded ${child.pid}\n`));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGTERM' ? 0 : 1)));
process.stdin.on('end', () => end('SIGTERM'));
process.stdin.on('error', () => end('SIGTERM'));
process.stdin.resume();
process.on('SIGTERM', () => end('SIGTERM'));
process.on('SIGINT', () => end('SIGTERM'));
