import { describe, expect, it } from 'vitest'
import { answerOf, startBundledWorker } from '../support/ring/bundled-worker.js'
import { head, rawRing, state, tail } from '../support/ring/raw-ring.js'
import type { StressAnswer, StressOptions } from '../support/ring/stress-end.js'

/**
 * ```
 *  thread 1 ── Producer ──► SharedArrayBuffer ──► Consumer ── thread 2
 *     ▲ Atomics.wait until there is room               ▲ Atomics.wait until there is a record
 * ```
 * Every wait has no more than the sleep words to be woken by, so a wake that is lost fails the test.
 */
describe('a ring between two threads', () => {
  it.each([
    [256, 60_000, false],
    [256, 60_000, true],
    [4096, 60_000, true],
    [1 << 16, 100_000, false],
    [1 << 16, 100_000, true],
  ])(
    'of %i bytes carries %i records across 2^32, each as it was sent (corked: %s)',
    async (capacityBytes, records, corked) => {
      const memory = rawRing(capacityBytes, { startAt: 2n ** 32n - 1024n * 1024n, shared: true })
      const shared = { buffer: memory.words.buffer as SharedArrayBuffer, capacityBytes, records, corked }
      const run = (role: StressOptions['role']) => {
        const worker = startBundledWorker('stress-end.ts', { ...shared, role } satisfies StressOptions)
        return { worker, answer: answerOf<StressAnswer>(worker) }
      }
      const ends = [run('producer'), run('consumer')]
      try {
        const answers = await Promise.all(ends.map(({ answer }) => answer))
        expect(answers.map((answer) => answer.records)).toEqual([records, records])
        expect(answers.reduce((total, { sleeps }) => total + sleeps, 0)).toBeGreaterThan(0)
        expect([tail(memory) === head(memory), head(memory) > 2n ** 32n, state(memory)]).toEqual([true, true, 2])
      } finally {
        await Promise.all(ends.map(({ worker }) => worker.terminate()))
      }
    },
  )
})
