// npm test: every check in order, stopping at the first that fails. Arguments narrow the tests: npm test -- domain/
// The last line reads "N passed, N failed".
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const resultDir = mkdtempSync(join(tmpdir(), 'duizhang-test-'));
const resultFile = join(resultDir, 'vitest.json');
const bin = (name: string): string => join(root, 'node_modules', '.bin', name);

type Step = { readonly title: string; readonly command: string; readonly args: readonly string[] };

const STEPS: readonly Step[] = [
  { title: 'format', command: bin('prettier'), args: ['--check', '.'] },
  { title: 'lint', command: bin('oxlint'), args: ['--deny-warnings'] },
  { title: 'import boundaries', command: process.execPath, args: ['tools/boundaries.ts'] },
  { title: 'types', command: bin('tsc'), args: ['-p', '.'] },
  {
    title: 'tests',
    command: process.execPath,
    args: [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${resultFile}`,
      ...process.argv.slice(2),
    ],
  },
];

type Counts = { readonly passed: number; readonly failed: number };

/** Returns its exit code. */
function runStep({ title, command, args }: Step): number {
  console.log(`\n=== ${title}`);
  const startedAt = performance.now();
  const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) console.log(`${command} could not be run: ${error.message}`);
  if (signal) console.log(`ended by ${signal}`);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`=== ${title}: ${status === 0 ? 'fine' : 'FAILED'} (${seconds} s)`);
  return status ?? 1;
}

/** A file that cannot even be loaded holds no test that could fail: it counts as one. */
function countsOf(report: string): Counts {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(report) as {
    numPassedTests: number;
    numFailedTests: number;
    testResults: readonly { status: string; assertionResults: readonly unknown[] }[];
  };
  const unloaded = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return { passed: numPassedTests, failed: numFailedTests + unloaded.length };
}

function readCounts(): Counts {
  try {
    return countsOf(readFileSync(resultFile, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { passed: 0, failed: 0 };
    throw error;
  }
}

let exitCode = 0;
for (const step of STEPS) {
  exitCode = runStep(step);
  if (exitCode !== 0) break;
}
const counts = readCounts();
rmSync(resultDir, { recursive: true });
// A step that fails before the tests is a failure too, and never "0 failed".
console.log(
  `\n${counts.passed} passed, ${exitCode === 0 ? counts.failed : Math.max(1, counts.failed)} failed`,
);
process.exitCode = exitCode;
