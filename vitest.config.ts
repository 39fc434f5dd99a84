import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// Not `import`: Node would apply it to `require()` too, which breaks CommonJS packages that have both.
const conditions = ['iam-auth-source', 'node', 'default']

/** Its measurements would be of the other tests; a group of its own comes after the others. */
const MEASURES = 'test/bench/smoke.test.ts'

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    globalSetup: ['test/package/build-once.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [MEASURES],
          // They wait for sockets, processes and browsers more than they count: one worker leaves half of two cores idle.
          maxWorkers: Math.max(2, availableParallelism() - 1),
        },
      },
      {
        extends: true,
        test: { name: 'bench', include: [MEASURES], maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      reporter: ['text-summary', 'text', 'json-summary'],
    },
  },
})
