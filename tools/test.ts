// npm test: all checks at once, then the tests, then those in a browser, stopping where one fails. Arguments narrow the tests:
// npm test -- domain/
//   --all       the console in a browser as a whole, too, instead of its smoke test
//   --browser   that alone (npm run test:browser)
// The last line reads "N passed, N failed".
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumPath } from '../test/browser/chromium.ts';

const root = join(import.meta.dirname, '..');
const resultDir = mkdtempSync(join(tmpdir(), 'duizhang-test-'));
const bin = (name: string): string => join(root, 'node_modules', '.bin', name);

const given = process.argv.slice(2);
const isAll = given.includes('--all');
const isBrowserAlone = given.includes('--browser');
const named = given.filter((word) => word !== '--all' && word !== '--browser');

type Step = {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Of a step that counts tests. */
  readonly resultFile?: string;
};

const CHECKS: readonly Step[] = [
  { title: 'format', command: bin('prettier'), args: ['--check', '.'] },
  { title: 'lint', command: bin('oxlint'), args: ['--deny-warnings'] },
  { title: 'import boundaries', command: process.execPath, args: ['tools/boundaries.ts'] },
  { title: 'types', command: bin('tsc'), args: ['-p', '.'] },
  { title: 'types of the console', command: bin('tsc'), args: ['-p', 'console'] },
];

function vitest(title: string, args: readonly string[]): Step {
  const resultFile = join(resultDir, `${title.replaceAll(' ', '-')}.json`);
  const reporters = [
    '--reporter=default',
    '--reporter=./tools/secondTries.ts',
    '--reporter=json',
    `--outputFile.json=${resultFile}`,
  ];
  const command = process.execPath;
  return {
    title,
    command,
    args: ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...args],
    resultFile,
  };
}

function inBrowser(args: readonly string[]): readonly Step[] {
  if (chromiumPath(process.env) === null) {
    console.log('\n=== SKIPPED: the console in a browser; there is no Chromium (see tools/setup.mjs)');
    return [];
  }
  return [vitest('console in a browser', ['--config', 'vitest.browser.config.ts', ...args])];
}

/** Of each stage all steps run at once. */
function stages(): readonly (readonly Step[])[] {
  if (isBrowserAlone) return [inBrowser(named)];
  const tests = vitest('tests', named);
  // Whoever names tests wants those alone.
  if (named.length > 0) return [CHECKS, [tests]];
  return [CHECKS, [tests], inBrowser(isAll ? [] : ['test/browser/smoke.test.ts'])];
}

type Counts = { readonly passed: number; readonly failed: number };

type Ended = { readonly code: number; readonly said: string };

/** @param isLive whether it is seen while it runs, and nothing of it is left to say */
function run({ title, command, args }: Step, isLive: boolean): Promise<Ended> {
  const startedAt = performance.now();
  const said: string[] = [];
  const say = (text: string): void => {
    if (isLive) console.log(text);
    else said.push(`${text}\n`);
  };
  say(`\n=== ${title}`);
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['inherit', isLive ? 'inherit' : 'pipe', isLive ? 'inherit' : 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => said.push(text));
  }
  child.once('error', (error) => {
    say(`${command} could not be run: ${error.message}`);
    resolve({ code: 1, said: said.join('') });
  });
  child.once('close', (code, signal) => {
    if (signal) say(`ended by ${signal}`);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    say(`=== ${title}: ${code === 0 ? 'fine' : 'FAILED'} (${seconds} s)`);
    resolve({ code: code ?? 1, said: said.join('') });
  });
  return promise;
}

/** The first is seen while it runs, the others when all have ended. Returns the first exit code that is not 0. */
async function runStage(steps: readonly Step[]): Promise<number> {
  const ended = await Promise.all(steps.map((step, i) => run(step, i === 0)));
  for (const { said } of ended) process.stdout.write(said);
  return ended.find(({ code }) => code !== 0)?.code ?? 0;
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

function readCounts(resultFile: string): Counts {
  try {
    return countsOf(readFileSync(resultFile, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { passed: 0, failed: 0 };
    throw error;
  }
}

let exitCode = 0;
let counts: Counts = { passed: 0, failed: 0 };
for (const steps of stages()) {
  exitCode = await runStage(steps);
  for (const { resultFile } of steps) {
    if (resultFile === undefined) continue;
    const { passed, failed } = readCounts(resultFile);
    counts = { passed: counts.passed + passed, failed: counts.failed + failed };
  }
  if (exitCode !== 0) break;
}
rmSync(resultDir, { recursive: true });
// A step that fails before the tests is a failure too, and never "0 failed".
console.log(
  `\n${counts.passed} passed, ${exitCode === 0 ? counts.failed : Math.max(1, counts.failed)} failed`,
);
process.exitCode = exitCode;
