import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const timeoutMs = 60_000;
const timeouts = { testTimeout: timeoutMs, hookTimeout: timeoutMs, teardownTimeout: timeoutMs };
/** Say what a library does before this process has mended it. */
const ownProcess = ['packages/sandbox/test/failed-attempts.test.ts'];

/** Files that start whole products first: what takes longest does not run alone in the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const startsProducts = ({ moduleId }: TestSpecification) => moduleId.includes('/test/e2e/');
    return [...sorted.filter(startsProducts), ...sorted.filter((file) => !startsProducts(file))];
  }
}

export default defineConfig({
  test: {
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    ...timeouts,
    projects: [
      {
        test: {
          name: 'product',
          include: ['{packages,apps}/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ownProcess,
          globalSetup: ['test/global-setup.ts'],
          pool: 'forks',
          // A worker loads the libraries once instead of once for each file, which took minutes of the whole run.
          isolate: false,
          ...timeouts,
        },
      },
      { test: { name: 'own process', include: ownProcess, pool: 'forks', ...timeouts } },
    ],
  },
});
