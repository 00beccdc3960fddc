import { defineConfig } from 'vitest/config'

/** Programs that tests start run from bundles, which are made once before. */
const globalSetup = ['./test/support/bundle-children.ts']

/**
 * These tests start processes of their own, spin, and watch how soon the other side notices something. One file at a time,
 * after everything else, so that they share the processors with nobody but themselves.
 */
const alone = (groupOrder: number) => ({ maxWorkers: 1, sequence: { groupOrder } })

export default defineConfig({
  test: {
    // Every test file runs in a process of its own, as a user of shared memory would.
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/{unit,model,fuzz}/**/*.test.ts'], testTimeout: 20_000 },
      },
      {
        extends: true,
        test: { name: 'architecture', include: ['test/architecture/**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: { enabled: true, only: true, include: ['test/types/**/*.test-d.ts'], tsconfig: './tsconfig.json' },
        },
      },
      {
        extends: true,
        test: { name: 'docs', include: ['test/docs/**/*.test.ts'], globalSetup, testTimeout: 120_000 },
      },
      {
        extends: true,
        test: {
          name: 'process',
          include: ['test/process/**/*.test.ts'],
          globalSetup,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          ...alone(1),
        },
      },
      {
        extends: true,
        test: {
          name: 'interop',
          include: ['test/interop/**/*.test.ts'],
          globalSetup,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          ...alone(2),
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          ...alone(3),
        },
      },
    ],
  },
})
