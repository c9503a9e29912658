import { createRequire } from 'node:module'
import { defineConfig } from 'vitest/config'

const isLong = process.env.METALOOM_TEST_SIZE === 'long'

export default defineConfig({
  // Node resolves graphql to its CommonJS form; the tests must see the same single copy of it as the libraries do.
  resolve: { alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: isLong ? 600_000 : 90_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    // Modules keep no state of their own, so files of one worker can share them; loading them anew would take longer than most tests.
    isolate: false,
  },
})
