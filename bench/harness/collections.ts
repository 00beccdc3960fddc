import { PerformanceObserver } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

/** What the garbage collector of one process did meanwhile. */
export interface Collections {
  readonly collections: number
  readonly collectionMs: number
  /** Negative when collections freed more than was allocated. */
  readonly heapGrowthBytes: number
}

/** Entries of the observer arrive by the event loop, some time after the collection. */
const settleMs = 100

/** Does `work` with an eye on the collector. */
export async function collectionsDuring(work: () => unknown): Promise<Collections> {
  const entries: { startTime: number; duration: number }[] = []
  const observer = new PerformanceObserver((list) => entries.push(...list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  await sleep(settleMs)
  const heapBefore = process.memoryUsage().heapUsed
  const beganMs = performance.now()
  await work()
  const endedMs = performance.now()
  const heapGrowthBytes = process.memoryUsage().heapUsed - heapBefore
  await sleep(settleMs)
  observer.disconnect()
  const during = entries.filter(({ startTime }) => startTime >= beganMs && startTime <= endedMs)
  const collectionMs = during.reduce((sum, { duration }) => sum + duration, 0)
  return { collections: during.length, collectionMs, heapGrowthBytes }
}
