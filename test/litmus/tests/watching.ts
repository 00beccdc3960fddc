import { FutexWatcher, futexWake, hasFutexWaitv } from '../../../ffi/index.js'
import { loadAcquire, storeRelease } from '../../../src/ring/atomics.js'
import { CONSUMER_WORD_OFFSET, HEAD_OFFSET, WORD_FUTEX } from '../../../src/ring/ring-descriptor.js'
import { cell } from '../arena.js'
import type { Counts, Litmus, Role } from '../litmus.js'
import { Jitter, meet } from '../pace.js'

const headIndex = HEAD_OFFSET >>> 2
const wordIndex = CONSUMER_WORD_OFFSET >>> 2
const stop = -1
/** A watcher with a thread takes some 0.1 ms, one with a timer some 3. */
const hopelessMs = 2000

/** A foreign producer: it wakes a futex, and leaves its word as it is. */
const waker: Role = ({ arena, index, budgetMs }) => {
  const { words } = arena
  meet(arena, index, 1)
  const jitter = new Jitter(0xf00d)
  const untilMs = performance.now() + budgetMs
  for (let record = 1; ; record++) {
    const ending = performance.now() >= untilMs
    const publishAtMs = performance.now() + jitter.next(300) / 1000
    while (performance.now() < publishAtMs);
    storeRelease(words, headIndex, ending ? stop : record)
    if (loadAcquire(words, wordIndex) === WORD_FUTEX) futexWake(arena.addressOf(wordIndex), 1)
    if (ending) return {}
    while (loadAcquire(words, cell.acknowledged) !== record && loadAcquire(words, cell.command) !== stop);
    if (loadAcquire(words, cell.command) === stop) return {}
  }
}

const watched: Role = async ({ arena, index }): Promise<Counts> => {
  const { words } = arena
  meet(arena, index, 1)
  const watcher = FutexWatcher.shared()
  const id = watcher.add({ wordAddress: arena.addressOf(wordIndex), positionAddress: arena.addressOf(headIndex) })
  const counts = { woken: 0, lost: 0 }
  for (let seen = 0; seen !== stop; ) {
    const woken = await new Promise<boolean>((resolve) => {
      const hopeless = setTimeout(() => resolve(loadAcquire(words, headIndex) === seen), hopelessMs)
      watcher.arm(id, seen, () => {
        clearTimeout(hopeless)
        resolve(true)
      })
    })
    if (woken) counts.woken++
    else counts.lost++
    if (!woken) break
    seen = loadAcquire(words, headIndex)
    storeRelease(words, cell.acknowledged, seen)
  }
  storeRelease(words, cell.command, stop)
  await watcher.remove(id)
  return { ...counts, [hasFutexWaitv() ? 'by a thread' : 'by a timer']: 1 }
}

export const watching: Litmus = {
  name: 'watching',
  claim: 'An event loop learns of every record of a producer that only wakes a futex, with futex_waitv or without',
  reliedOnIn: ['ffi/futex-watcher.ts', 'src/transport/foreign-record-sleeper.ts'],
  between: 'processes',
  roles: [waker, watched],
  variants: [{ name: 'FutexWatcher', kind: 'claim', errors: ['lost'], needs: ['woken'] }],
}
