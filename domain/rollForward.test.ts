import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CASE_STATUSES } from './apiPorts.ts';
import { addDays } from './businessDate.ts';
import { CHANNELS } from './entry.ts';
import type { CaseWord, Tally, Word } from './rollForward.ts';
import { rollForward } from './rollForward.ts';
import { VERDICT_CODES } from './verdict.ts';

function word(runDate: string, more: Partial<Word> = {}): Word {
  return {
    orderNo: 'A',
    keyPart: 'P',
    kind: 'PAYMENT',
    refundNo: null,
    channel: 'WECHAT',
    code: 'PLATFORM_ONLY',
    businessDate: runDate,
    refersTo: null,
    fen: 2500n,
    runDate,
    runEndedAtMs: Date.parse(`${addDays(runDate, 1)}T04:00:00Z`),
    ...more,
  };
}

const MARCH = { from: '2026-03-01', to: '2026-03-31' };
const ONE: Tally = { count: 1, fen: 2500n };
const NONE: Tally = { count: 0, fen: 0n };

/** Each date on which something changed, as "date +opened -resolved". */
function changes(words: readonly Word[], cases: readonly CaseWord[] = []): string[] {
  const { byDate } = rollForward(words, cases, MARCH);
  return byDate
    .filter(({ opened, resolved }) => opened.count + resolved.count > 0)
    .map(({ date, opened, resolved }) => `${date} +${opened.fen} -${resolved.fen}`);
}

describe('an exception', () => {
  test('is new on the date of its run, and open until the end', () => {
    const roll = rollForward([word('2026-03-09')], [], MARCH);
    expect(roll.byChannel).toEqual([
      { channel: 'WECHAT', start: NONE, opened: ONE, resolved: NONE, end: ONE },
    ]);
    expect(roll.open).toEqual([word('2026-03-09')]);
  });

  test('of a date before is open at the start', () => {
    const roll = rollForward([word('2026-02-27')], [], MARCH);
    expect(roll.byChannel).toEqual([
      { channel: 'WECHAT', start: ONE, opened: NONE, resolved: NONE, end: ONE },
    ]);
  });

  test('is resolved on the date whose run settles it', () => {
    const healed = word('2026-03-12', { code: 'CROSS_DAY', refersTo: '2026-03-09' });
    expect(changes([word('2026-03-09'), healed])).toEqual(['2026-03-09 +2500 -0', '2026-03-12 +0 -2500']);
    expect(changes([word('2026-03-09'), { ...healed, refersTo: null }])).toEqual(['2026-03-09 +2500 -0']);
  });

  test('that a neighbouring run speaks of is open or not by what was published last', () => {
    const next = word('2026-03-10', { code: 'MATCHED' });
    expect(changes([word('2026-03-09'), next])).toEqual(['2026-03-09 +2500 -0', '2026-03-10 +0 -2500']);
    const again = word('2026-03-09', { runEndedAtMs: next.runEndedAtMs + 1 });
    expect(changes([again, next])).toEqual(['2026-03-09 +2500 -0']);
  });

  test('that is carried on with another amount is a resolved one and a new one', () => {
    const carried = word('2026-03-11', { refersTo: '2026-03-09', code: 'AMOUNT_MISMATCH', fen: 3000n });
    expect(changes([word('2026-03-09'), carried])).toEqual(['2026-03-09 +2500 -0', '2026-03-11 +3000 -2500']);
    expect(changes([word('2026-03-09'), { ...carried, fen: 2500n }])).toEqual(['2026-03-09 +2500 -0']);
  });

  test('follows its case from the date on which people have settled it', () => {
    const settled = (status: CaseWord['status']) => [
      { orderNo: 'A', keyPart: 'P', status, date: '2026-03-15' },
    ];
    expect(changes([word('2026-03-09')], settled('RESOLVED'))).toEqual([
      '2026-03-09 +2500 -0',
      '2026-03-15 +0 -2500',
    ]);
    expect(changes([word('2026-03-09')], settled('IN_PROGRESS'))).toEqual(['2026-03-09 +2500 -0']);
    const healed = word('2026-03-10', { code: 'MATCHED' });
    expect(changes([word('2026-03-09'), healed], settled('IN_PROGRESS'))).toEqual([
      '2026-03-09 +2500 -0',
      '2026-03-10 +0 -2500',
      '2026-03-15 +2500 -0',
    ]);
  });
});

const aDate = fc.integer({ min: 0, max: 12 }).map((n) => addDays('2026-02-25', n));
const aWord = fc.record({
  orderNo: fc.constantFrom('A', 'B', 'C'),
  keyPart: fc.constantFrom('P', 'R1'),
  channel: fc.constantFrom(null, ...CHANNELS),
  code: fc.constantFrom(...VERDICT_CODES),
  businessDate: aDate,
  refersTo: fc.option(aDate),
  fen: fc.bigInt({ min: 1n, max: 3n }),
  runDate: aDate,
  runEndedAtMs: fc.integer({ min: 0, max: 5 }),
});
const aCase = fc.record({
  orderNo: fc.constantFrom('A', 'B'),
  keyPart: fc.constant('P'),
  status: fc.constantFrom(...CASE_STATUSES),
  date: aDate,
});

test('start + new − resolved = end, per channel and per date, whatever the runs say', () => {
  fc.assert(
    fc.property(fc.array(aWord, { maxLength: 30 }), fc.array(aCase, { maxLength: 2 }), (some, cases) => {
      const words = some.map(({ runDate, ...more }) => word(runDate, more));
      const span = { from: '2026-02-27', to: '2026-03-06' };
      const { byChannel, byDate, open } = rollForward(words, cases, span);
      for (const { start, opened, resolved, end } of [...byChannel, ...byDate]) {
        expect(start.count + opened.count - resolved.count).toBe(end.count);
        expect(start.fen + opened.fen - resolved.fen).toBe(end.fen);
      }
      for (const [at, day] of byDate.entries()) {
        const alone = rollForward(words, cases, { from: day.date, to: day.date });
        expect(alone.byDate).toEqual([day]);
        expect(day.start).toEqual(byDate[at - 1]?.end ?? day.start);
      }
      expect(byDate.at(-1)?.end.count).toBe(open.length);
    }),
  );
});
