import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export type Measured = {
  readonly stdout: string;
  readonly exitCode: number | null;
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Of the largest process, where there were several. */
  readonly peakBytes: number;
};

const REPORTER = pathToFileURL(join(import.meta.dirname, 'reportUsage.mjs')).href;

/** Runs a command as its user would, from its start to its end; each process adds a line to DUIZHANG_USAGE_FILE. */
export async function measure(command: string, args: readonly string[]): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'duizhang-bench-usage-'));
  try {
    const usageFile = join(folder, 'usage');
    const env = { ...process.env, DUIZHANG_USAGE_FILE: usageFile, NODE_OPTIONS: `--import=${REPORTER}` };
    const beganAt = performance.now();
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    const stdout = await text(child.stdout);
    await exited;
    const wallMs = performance.now() - beganAt;
    const usages = readFileSync(usageFile, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { cpuMs: number; peakBytes: number });
    return {
      stdout,
      exitCode: child.exitCode,
      wallMs,
      cpuMs: usages.reduce((sum, usage) => sum + usage.cpuMs, 0),
      peakBytes: Math.max(...usages.map((usage) => usage.peakBytes)),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
