import type { Readable } from 'node:stream';

/** 0 fine; 1 the differences that the command looks for were found; 2 bad usage or input; 3 system failure. */
export type ExitCode = 0 | 1 | 2 | 3;

export type CommandIo = {
  /** What the command is asked for; with --json machine output alone. */
  readonly stdout: (text: string) => void;
  /** People's words and progress. */
  readonly stderr: (text: string) => void;
  /** Read by commands that ask for a secret, and by no others; absent: there is nobody to ask. */
  readonly stdin?: Readable;
  /** Absent: stderr is no terminal. */
  readonly terminal?: { readonly columns: number };
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
};

export type Command = {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` prints. */
  readonly usage: string;
  run(args: readonly string[], io: CommandIo): Promise<ExitCode>;
};
