import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuizhangError } from '../domain/errors.ts';
import { auditedCommand } from './auditedCommands.ts';
import type { Command, CommandIo, ExitCode } from './command.ts';
import { COMMANDS } from './commands.ts';
import { isSystemFailure } from './systemFailure.ts';

async function main(argv: readonly string[], io: CommandIo): Promise<ExitCode> {
  const [name, ...args] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    io.stdout(overview());
    return name === undefined ? 2 : 0;
  }
  if (name === '--version' || name === 'version') {
    io.stdout(`${version()}\n`);
    return 0;
  }
  const entry = COMMANDS.find((candidate) => candidate.name === name);
  if (!entry) {
    io.stderr(
      `DZ_USAGE: there is no command "${name}"${nearest(name)}; ./duizhang --help lists what there is\n`,
    );
    return 2;
  }
  const command: Command = await entry.load();
  if (args.includes('--help') || args.includes('-h')) {
    io.stdout(`${command.usage.trim()}\n`);
    return 0;
  }
  const audited = auditedCommand(name, args);
  // Loaded when there is something to record: most commands need no server.
  if (audited) await (await import('./recordCommand.ts')).recordCommand(audited, io);
  return command.run(args, io);
}

function version(): string {
  const about: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'));
  return typeof about === 'object' && about !== null && 'version' in about
    ? String(about.version)
    : 'unknown';
}

function overview(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length));
  const lines = COMMANDS.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  return `./duizhang <command> [options]    (--help after a command explains it; --version)\n\n${lines.join('\n')}\n`;
}

function nearest(name: string): string {
  const [best] = COMMANDS.map((entry) => ({ name: entry.name, edits: editDistance(name, entry.name) })).sort(
    (a, b) => a.edits - b.edits,
  );
  return best && best.edits <= Math.max(2, name.length / 3) ? ` (did you mean "${best.name}"?)` : '';
}

/** Levenshtein. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function report(error: unknown): ExitCode {
  if (error instanceof DuizhangError) {
    process.stderr.write(`${error.code}: ${error.message}\n`);
    return isSystemFailure(error.code) ? 3 : 2;
  }
  if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
    process.stderr.write(`DZ_USAGE: ${error.message} (--help tells what there is)\n`);
    return 2;
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 3;
}

// A reader that has seen enough (| head) is no error; a full disk is one.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`DZ_SYSTEM_OUTPUT: the output cannot be written: ${error.message}\n`);
  process.exit(3);
});

process.exitCode = await main(process.argv.slice(2), {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  stdin: process.stdin,
  ...(process.stderr.isTTY ? { terminal: { columns: process.stderr.columns } } : {}),
  env: process.env,
  cwd: process.cwd(),
}).catch(report);
