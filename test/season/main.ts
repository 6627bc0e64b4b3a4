// npm run season -- --days 30 --hospitals 5 [--orders 60] [--seed 1] [--day-ms 20000]: a season that the system closes
// by itself, held against what was planted. Ends with 1 when anything is not as planted.
import { parseArgs } from 'node:util';
import { checkSeason } from './checkSeason.ts';
import { hospitals } from './hospitals.ts';
import { playSeason } from './playSeason.ts';
import { planSeason } from './seasonPlan.ts';

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '30' },
    hospitals: { type: 'string', default: '5' },
    orders: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    'day-ms': { type: 'string', default: '20000' },
  },
});
const days = wholeNumber(values.days);
const count = wholeNumber(values.hospitals);
const startedAt = performance.now();
const merchants = hospitals(count);
const plan = planSeason({
  seed: wholeNumber(values.seed),
  merchants,
  orders: wholeNumber(values.orders),
  first: '2026-03-02',
  days,
});
const told = plan.mishaps.map(({ kind }) => kind).filter((kind) => kind !== 'NONE');
const byKind = Object.entries(Object.groupBy(told, (kind) => kind)).map(
  ([kind, all]) => `${kind} ${all.length}`,
);
console.log(`${days} days of ${count} hospitals, ${plan.season.events.length} events`);
console.log(`${byKind.join(', ')}, ${plan.strikes.length} strikes`);
const dayMs = wholeNumber(values['day-ms']);
const result = await playSeason(plan, merchants, { dayMs, onProgress: (text) => console.log(text) });
const { findings, ...report } = checkSeason(plan, merchants, result);
for (const finding of findings) console.log(finding);
console.log(report);
const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
console.log(`${findings.length === 0 ? 'as planted' : `${findings.length} findings`}, ${seconds} s`);
process.exitCode = findings.length === 0 ? 0 : 1;

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Error(`"${text}" is no number`);
  return Number(text);
}
