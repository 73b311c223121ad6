import { defineConfig } from 'vitest/config';

/** Tests of pure code: no servers, a second or two. */
export default defineConfig({
  test: {
    include: ['packages/{contracts,domain}/test/**/*.test.ts'],
    passWithNoTests: true,
    // Of no test's concern: a busy machine must not fail one.
    testTimeout: 60_000,
  },
});
