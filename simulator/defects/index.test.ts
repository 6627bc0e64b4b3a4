import { describe, expect, test } from 'vitest';
import { defaultDefects, DEFECTS, parseDefects } from './index.ts';

const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((a, b) => a + b, 0);

describe('how many defects a day has', () => {
  test('is a share of its orders, with every defect from 200 orders on', () => {
    expect(Object.values(defaultDefects(200)).every((count) => count === 1)).toBe(true);
    expect(sum(defaultDefects(20_000))).toBeGreaterThan(sum(defaultDefects(10_000)) * 1.8);
    expect(sum(defaultDefects(40))).toBeLessThan(DEFECTS.length / 4);
  });

  test('is none, a multiple of the defaults, or what a list says', () => {
    expect(parseDefects('none', 5_000)).toEqual({});
    expect(sum(parseDefects('3', 5_000))).toBe(3 * sum(defaultDefects(5_000)));
    expect(parseDefects('0', 5_000)['offset']).toBe(0);
    expect(parseDefects('merchant-only-payment=3, offset=2', 5_000)).toEqual({
      'merchant-only-payment': 3,
      offset: 2,
    });
  });

  test.each(['offset', 'offset=', 'offset=-1', 'offset=1;duplicate-payment=2', '', 'ofset=2', 'toString=1'])(
    'cannot be read from "%s", which names what there is',
    (spec) => {
      expect(() => parseDefects(spec, 5_000)).toThrowError(/merchant-only-payment.*offset-over-midnight/);
    },
  );

  test('has a name of its own for each defect', () => {
    expect(new Set(DEFECTS.map(({ name }) => name)).size).toBe(DEFECTS.length);
  });
});
