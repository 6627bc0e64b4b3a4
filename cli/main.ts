import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuizhangError } from '../domain/errors.ts';
import { auditedCommand } from './auditedCommands.ts';
import type { Command, CommandIo, ExitCode } from './command.ts';
import { COMMANDS } from './commands.ts';
import { didYouMean } from './didYouMean.ts';
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
    const names = COMMANDS.map((candidate) => candidate.name);
    io.stderr(
      `DZ_USAGE: there is no command "${name}"${didYouMean(name, names)}; ./duizhang --help lists what there is\n`,
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
  return command.run(args, io).catch((error: unknown) => {
    throw withNearest(error, command);
  });
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

/** Node's own words of an unknown option speak of positional arguments, and of no option that there is. */
function withNearest(error: unknown, { name, usage }: Command): unknown {
  const option = error instanceof Error ? /^Unknown option '(-[^' ]*)'/.exec(error.message)?.[1] : undefined;
  if (option === undefined) return error;
  const known = new Set(usage.match(/--[a-z][\w-]*/g));
  return new DuizhangError(
    'DZ_USAGE',
    `there is no option ${option}${didYouMean(option, [...known])}; ./duizhang ${name} --help lists what there is`,
  );
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
