import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests start hundreds of processes of ours: to strip and compile the same modules is nearly half of what a start computes. */
export const COMPILED = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)),
};

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    // Those in a browser have a system of their own: vitest.browser.config.ts.
    exclude: ['node_modules/**', 'data/**', '**/dist/**', 'test/browser/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // None unless asked for: what does not hold each time shows.
    retry: Number(process.env['DUIZHANG_TEST_RETRIES'] ?? 0),
    // Tests start real servers: more at once than there are cores only makes them wait for each other.
    maxWorkers: 2,
    pool: 'forks',
    env: COMPILED,
  },
});
