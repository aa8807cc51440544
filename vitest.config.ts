import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** `isolate`: every file loads what it tests anew, as its tests change what is loaded once. It costs. */
const project = (name: string, testTimeout: number, isolate = false) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, isolate },
});

export default defineConfig({
  test: {
    // Most end-to-end tests wait rather than work: for settle times, for processes, for Git.
    maxWorkers: Math.max(4, availableParallelism()),
    // GitHub's own parser imports JSON the way only bundlers understand on Node 20.
    server: { deps: { inline: [/@actions\/(workflow-parser|expressions)/] } },
    setupFiles: ['test/no-network.ts', 'test/same-cases.ts'],
    reporters: process.env.CI ? ['default', './test/tally-reporter.ts'] : ['default'],
    projects: [
      project('unit', 120_000),
      project('contract', 120_000, true),
      project('scenarios', 120_000),
      project('faults', process.env.IOSMAIL_DEEP === '1' ? 1_800_000 : 120_000, true),
      project('e2e', 240_000),
    ],
  },
});
