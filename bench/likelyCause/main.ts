// npm run bench -- likelyCause [--days N] [--orders K] [--seed N]: how often the rules about likely causes are right on
// simulated days with planted causes. Every second day HIS and the platform bring bills, else their events are their books.
import { parseArgs } from 'node:util';
import { CAUSE_RULES, LEAST_PRECISION } from '../../domain/likelyCause.ts';
import type { MeasuredCase } from '../../test/resolution/causeMeasure.ts';
import {
  dayToMeasure,
  measureDay,
  ratio,
  scoreCauses,
  scoreRules,
} from '../../test/resolution/causeMeasure.ts';
import { startCaseSystem } from '../../test/resolution/resolutionHarness.ts';

const MOST_DAYS = 20;
const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '12' },
    orders: { type: 'string', default: '1500' },
    seed: { type: 'string', default: '1' },
    verbose: { type: 'boolean', default: false },
  },
});
const [days, orders, seed] = [Number(values.days), Number(values.orders), Number(values.seed)];
if (!(days >= 1 && days <= MOST_DAYS)) throw new Error(`--days from 1 to ${MOST_DAYS}`);

await using system = await startCaseSystem();
const cases: MeasuredCase[] = [];
for (let i = 0; i < days; i += 1) {
  const measured = await measureDay(dayToMeasure(seed + i, i, orders), i % 2 === 1, system);
  cases.push(...measured.cases);
  console.error(`day ${i + 1} of ${days}: ${measured.cases.length} cases`);
}

console.log(`${cases.length} cases of ${days} days with ${orders} orders, seeds from ${seed}\n`);
console.log('| rule | cause | said | right | precision | speaks |\n| --- | --- | --- | --- | --- | --- |');
for (const [i, { name, cause, said, right }] of scoreRules(cases).entries()) {
  const speaks = (CAUSE_RULES[i]?.precision ?? 0) >= LEAST_PRECISION ? 'yes' : 'no';
  console.log(`| ${name} | ${cause} | ${said} | ${right} | ${ratio(right, said)} | ${speaks} |`);
}
console.log(
  '\n| cause | planted | told | right | precision | recall |\n| --- | --- | --- | --- | --- | --- |',
);
for (const { cause, planted, said, right } of scoreCauses(cases)) {
  console.log(
    `| ${cause} | ${planted} | ${said} | ${right} | ${ratio(right, said)} | ${ratio(right, planted)} |`,
  );
}
if (values.verbose) {
  const wrong = cases.filter(({ told, planted }) => told !== planted);
  const kinds = Map.groupBy(wrong, ({ defect, planted, told, seen }) =>
    [defect ?? 'ordinary', planted, told, seen.join('+')].join(' '),
  );
  for (const [kind, those] of kinds) console.log(`${those.length} × ${kind}`);
}
