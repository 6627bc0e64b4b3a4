import { expect, test } from 'vitest';
import { checkSeason } from './checkSeason.ts';
import { hospitals } from './hospitals.ts';
import { playSeason } from './playSeason.ts';
import { MISHAPS, planSeason } from './seasonPlan.ts';

test(
  'days with outages, late, broken, corrected and faulty bills and a killed pipeline close by themselves as the truth says',
  { timeout: 300_000 },
  async () => {
    const merchants = hospitals(3);
    const plan = planSeason({ seed: 1, merchants, orders: 30, first: '2026-03-02', days: 4 });
    expect(new Set(plan.mishaps.map(({ kind }) => kind)).size).toBe(Object.keys(MISHAPS).length);
    const result = await playSeason(plan, merchants, { dayMs: 8_000, onProgress: () => undefined });
    const report = checkSeason(plan, merchants, result);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ days: 18, recall: 1, precision: 1 });
  },
);
