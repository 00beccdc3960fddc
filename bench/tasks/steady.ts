import { PerformanceObserver } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TaskInput } from '../harness/channel.js'
import type { Side } from '../harness/side.js'

/** What one side's collector did while messages streamed. */
export interface Collections {
  readonly collections: number
  readonly collectionMs: number
  /** Negative when collections freed more than was allocated. */
  readonly heapGrowthBytes: number
}

/** Entries of the observer arrive by the event loop, some time after the collection. */
const settleMs = 100

async function collectionsDuring(work: () => void): Promise<Collections> {
  const entries: { startTime: number; duration: number }[] = []
  const observer = new PerformanceObserver((list) => entries.push(...list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  await sleep(settleMs)
  const heapBefore = process.memoryUsage().heapUsed
  const beganMs = performance.now()
  work()
  const endedMs = performance.now()
  const heapGrowthBytes = process.memoryUsage().heapUsed - heapBefore
  await sleep(settleMs)
  observer.disconnect()
  const during = entries.filter(({ startTime }) => startTime >= beganMs && startTime <= endedMs)
  const collectionMs = during.reduce((sum, { duration }) => sum + duration, 0)
  return { collections: during.length, collectionMs, heapGrowthBytes }
}

/**
 * `steady`: the task `stream` a second time, when its code is compiled, with an eye on the garbage collector. One way,
 * `trySend` into `consume`.
 */
export function withSteady(tasks: Side['tasks']): Side['tasks'] {
  return {
    ...tasks,
    async steady(input: TaskInput, report): Promise<Collections> {
      const stream = tasks['stream']
      if (stream === undefined) throw new Error('there is no stream to watch')
      await stream({ ...input, count: Math.ceil(input.count / 5) }, report)
      return await collectionsDuring(() => {
        stream(input, report)
      })
    },
  }
}
