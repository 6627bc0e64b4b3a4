import { expect, test } from 'vitest';
import { makeUp } from './makeUp.ts';

const of = (
  merchant: string | null,
  platform: string | null,
  channel: string | null,
  ...missingIn: ('MERCHANT' | 'PLATFORM' | 'CHANNEL')[]
) => makeUp({ amounts: { merchant, platform, channel }, missingIn });

test('what one book alone has is made up, and nothing is left', () => {
  expect(of('2500', null, null, 'PLATFORM', 'CHANNEL')).toEqual({ dueFen: 2500n, leftFen: 0n });
  expect(of('2500', '2500', null, 'CHANNEL')).toEqual({ dueFen: 2500n, leftFen: 0n });
  expect(of(null, null, '9007199254740993', 'MERCHANT', 'PLATFORM')).toEqual({
    dueFen: 9007199254740993n,
    leftFen: 0n,
  });
});

test('where platform and channel do not agree, the sum is the channel’s, and what is left is told', () => {
  expect(of(null, '3200', '3000', 'MERCHANT')).toEqual({ dueFen: 3000n, leftFen: 200n });
});
