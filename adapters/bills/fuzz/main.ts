// npm run fuzz:bills -- [--runs N] [--seed S] [--only TEXT]: damaged copies of a bill of every format.
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fuzzBill, FuzzFailure } from './fuzzBills.ts';
import { seededRandom } from './random.ts';
import { FUZZ_SEEDS } from './seeds.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);

try {
  for (const [index, bill] of FUZZ_SEEDS.entries()) {
    if (!bill.name.includes(values.only)) continue;
    const counts = await fuzzBill(bill, Number(values.runs), seededRandom(Number(values.seed) + index));
    const { refused, withErrors, taken, slowestMs } = counts;
    say(
      `${bill.name}: ${refused} refused, ${withErrors} with row errors, ${taken} taken; slowest ${Math.round(slowestMs)} ms`,
    );
  }
} catch (error) {
  if (!(error instanceof FuzzFailure)) throw error;
  const path = join(tmpdir(), `duizhang-fuzz-${process.pid}.bill`);
  writeFileSync(path, error.bytes);
  say(`${error.message}\nthe bytes are in ${path}`);
  process.exitCode = 1;
}
