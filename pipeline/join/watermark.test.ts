import { expect, test } from 'vitest';
import type { Heartbeat } from '../../domain/joinPorts.ts';
import { playbackClock } from '../../adapters/clock/playbackClock.ts';
import { lowestWatermark, PartitionWatermark } from './watermark.ts';

const OPTIONS = { skewMs: 60_000 };
const GRACE_MS = 1_000;

function at(nowMs: number): { readonly nowMs: number; readonly graceAgoMs: number } {
  return { nowMs, graceAgoMs: nowMs - GRACE_MS };
}

test('a watermark follows the latest event and does not go back for an earlier one', () => {
  const watermark = new PartitionWatermark(OPTIONS);
  watermark.read({ empty: false, fullyRead: false, latestEventMs: 5_000, ...at(6_000) });
  watermark.read({ empty: false, fullyRead: false, latestEventMs: 4_000, ...at(6_100) });
  expect(watermark.ms).toBe(5_000);
});

test('a partition with a backlog never advances by time: its counterparts may still be unread', () => {
  const watermark = new PartitionWatermark(OPTIONS);
  watermark.read({ empty: false, fullyRead: false, latestEventMs: 5_000, ...at(6_000) });
  watermark.read({ empty: false, fullyRead: false, latestEventMs: 5_000, ...at(900_000) });
  expect(watermark.ms).toBe(5_000);
});

test('a silent partition that is fully read follows the clock, less the grace, however old its last event is', () => {
  const watermark = new PartitionWatermark(OPTIONS);
  watermark.read({ empty: false, fullyRead: true, latestEventMs: 5_000, ...at(8_000) });
  watermark.read({ empty: true, fullyRead: true, latestEventMs: null, ...at(9_000) });
  expect(watermark.ms).toBe(5_000);
  watermark.read({ empty: true, fullyRead: true, latestEventMs: null, ...at(18_000) });
  expect(watermark.ms).toBe(17_000);
});

test('a partition that never had an event is known empty up to now, once it was silent for the grace', () => {
  const watermark = new PartitionWatermark(OPTIONS);
  watermark.read({ empty: true, fullyRead: true, latestEventMs: null, ...at(10_000) });
  expect(watermark.ms).toBeNull();
  watermark.read({ empty: true, fullyRead: true, latestEventMs: null, ...at(12_000) });
  expect(watermark.ms).toBe(11_000);
});

test('an event dated in the future moves nothing: its producer has a wrong clock', () => {
  const watermark = new PartitionWatermark(OPTIONS);
  watermark.read({ empty: false, fullyRead: false, latestEventMs: 5_000, ...at(6_000) });
  watermark.read({ empty: false, fullyRead: false, latestEventMs: 66_001, ...at(6_000) });
  expect(watermark.ms).toBe(5_000);
});

test('after a day was played back fast, a silent partition follows the clock again after the same grace of the machine', () => {
  const playback = { wallStartMs: 0, startMs: 0, rate: 8_640, untilMs: 86_400_000 };
  let wallMs = 0;
  const clock = playbackClock(playback, () => wallMs);
  const watermark = new PartitionWatermark(OPTIONS);
  const read = (latestEventMs: number | null): number | null => {
    const times = { nowMs: clock.now(), graceAgoMs: clock.before(2_000) };
    watermark.read({ empty: latestEventMs === null, fullyRead: true, latestEventMs, ...times });
    return watermark.ms;
  };
  wallMs = 9_000;
  expect(read(5_000)).toBe(5_000);
  wallMs = 10_900;
  expect(read(null)).toBe(5_000);
  // The day is over, and simulated time as slow as the machine's.
  wallMs = 11_100;
  expect(read(null)).toBe(9_100 * 8_640);
  wallMs = 20_000;
  expect(read(6_000)).toBe(6_000);
  wallMs = 22_001;
  expect(read(null)).toBe(86_400_000 + 10_001);
});

test('the lowest watermark is unknown while a partition is missing, silent about itself, or has no watermark', () => {
  const beat = (watermarkMs: number | null, atMs: number): Heartbeat => ({
    position: 1,
    partitionEnd: 1,
    watermarkMs,
    atMs,
  });
  const lowest = (beats: [string, Heartbeat][]) =>
    lowestWatermark(['a/0', 'b/0'], new Map(beats), 10_000, 5_000);
  expect(
    lowest([
      ['a/0', beat(7, 9_000)],
      ['b/0', beat(5, 9_000)],
    ]),
  ).toBe(5);
  expect(lowest([['a/0', beat(7, 9_000)]])).toBeNull();
  expect(
    lowest([
      ['a/0', beat(7, 9_000)],
      ['b/0', beat(5, 4_000)],
    ]),
  ).toBeNull();
  expect(
    lowest([
      ['a/0', beat(7, 9_000)],
      ['b/0', beat(null, 9_000)],
    ]),
  ).toBeNull();
});
