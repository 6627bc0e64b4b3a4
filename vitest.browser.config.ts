import { defineConfig } from 'vitest/config';
import { COMPILED } from './vitest.config.ts';

// The system is started by vitest's own process, which has no `env` of the tests.
Object.assign(process.env, COMPILED);

/** Tests of the console in a real browser, all of them over one running system. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    globalSetup: ['test/browser/startSystem.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    retry: Number(process.env['DUIZHANG_TEST_RETRIES'] ?? 0),
    // They share a system: one file after the other.
    fileParallelism: false,
    pool: 'forks',
  },
});
