import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { API_TYPES_PATH, currentApiTypes } from '../../tools/apiTypes.ts';

test('schema.d.ts is what the API says of itself; `node tools/apiTypes.ts` writes it anew', async () => {
  expect(await currentApiTypes()).toBe(readFileSync(API_TYPES_PATH, 'utf8'));
});
