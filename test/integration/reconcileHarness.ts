import { fileURLToPath } from 'node:url';
import { reconcileCommand } from '../../cli/commands/reconcile.ts';
import { DuizhangError } from '../../domain/errors.ts';

export const SAMPLES = fileURLToPath(new URL('../fixtures/samples', import.meta.url));

export type ReconcileJson = {
  readonly mode: string;
  readonly outcome: string;
  readonly books: Readonly<
    Record<string, { payments: number; refunds: number; paymentFen: string; refundFen: string }>
  >;
  readonly verdicts: Readonly<Record<string, number>>;
  readonly exceptions: readonly Readonly<Record<string, unknown>>[];
  readonly errors: readonly { file: string; line: number; code: string; message: string }[];
  readonly errorCount: number;
  readonly missingBills: readonly { channel: string; exceptions: number }[];
};

export type ReconcileRun = {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Parsed stdout; reading it fails when the command wrote none. */
  readonly json: ReconcileJson;
};

/** Runs the command in this process, answering a refusal as the command line does. */
export async function runReconcile(args: readonly string[], cwd = process.cwd()): Promise<ReconcileRun> {
  let stdout = '';
  let stderr = '';
  let exitCode: number;
  try {
    exitCode = await reconcileCommand.run(args, {
      stdout: (text) => void (stdout += text),
      stderr: (text) => void (stderr += text),
      env: process.env,
      cwd,
    });
  } catch (error) {
    if (!(error instanceof DuizhangError)) throw error;
    stderr += `${error.code}: ${error.message}\n`;
    exitCode = 2;
  }
  return {
    exitCode,
    stdout,
    stderr,
    get json() {
      return JSON.parse(stdout) as ReconcileJson;
    },
  };
}
