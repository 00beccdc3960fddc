import { futexWait, futexWaitv, futexWake, hasFutexWaitv } from '../../../ffi/index.js'
import { loadAcquire, storeRelease } from '../../../src/ring/atomics.js'
import { CONSUMER_WORD_OFFSET, HEAD_OFFSET, WORD_FUTEX } from '../../../src/ring/ring-descriptor.js'
import { SleepWord } from '../../../src/ring/sleep-word.js'
import { Absent } from '../absent.js'
import { type Arena, cell } from '../arena.js'
import type { Counts, Litmus, Role, Side, Variant } from '../litmus.js'
import { Jitter, meet } from '../pace.js'

/** A wake takes some 50 µs. A sleep as long as this one, whose waker was through half a second before it ended, missed it. */
const patientMs = 1000
const missedMs = 500
/** Where sleeps are expected to be missed they are short, or few would fit into the test. */
const hastyMs = 4
const stop = -1
const headIndex = HEAD_OFFSET >>> 2
const wordIndex = CONSUMER_WORD_OFFSET >>> 2
/** The number of the record whose waker has done all it does. And when, in ms, of a clock that processes share. */
const doneIndex = cell.flag
const doneAtIndex = cell.y

function sharedClockMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return ((seconds % 100_000) * 1000 + Math.floor(nanoseconds / 1e6)) | 0
}

/** How a thread sleeps on the word, and who wakes it. */
interface Sleep {
  readonly sliceMs: number
  readonly wait: (arena: Arena, seen: number) => void
  /** After the head was stored. */
  readonly wake: (arena: Arena, word: SleepWord) => void
}

/** A native peer: it takes the sleeper off its word. */
const takeAndWake: Sleep['wake'] = (arena, word) => {
  if (word.takeSleeper() !== 0) futexWake(arena.addressOf(wordIndex), 1)
}

/** A foreign producer: it leaves the word as it is. */
const lookAndWake: Sleep['wake'] = (arena) => {
  if (loadAcquire(arena.words, wordIndex) === WORD_FUTEX) futexWake(arena.addressOf(wordIndex), 1)
}

const waitOnWord =
  (sliceMs: number): Sleep['wait'] =>
  (arena) =>
    futexWait(arena.addressOf(wordIndex), WORD_FUTEX, sliceMs)

function linger(us: number): void {
  const untilMs = performance.now() + us / 1000
  while (performance.now() < untilMs);
}

const sleeps: Readonly<Record<string, Sleep>> = {
  futex: { sliceMs: patientMs, wait: waitOnWord(patientMs), wake: takeAndWake },
  futex_waitv: {
    sliceMs: patientMs,
    wait: (arena, seen) =>
      futexWaitv(
        [
          { address: arena.addressOf(wordIndex), expected: WORD_FUTEX },
          { address: arena.addressOf(headIndex), expected: seen >>> 0 },
        ],
        patientMs,
      ),
    wake: lookAndWake,
  },
  'foreign waker, one word': {
    sliceMs: hastyMs,
    wait: (arena) => {
      // The record that comes now is not seen by the look before, and not waited for by the sleep behind.
      linger(20)
      futexWait(arena.addressOf(wordIndex), WORD_FUTEX, hastyMs)
    },
    wake: lookAndWake,
  },
  'no second look': { sliceMs: hastyMs, wait: waitOnWord(hastyMs), wake: takeAndWake },
  'Atomics.wait': {
    sliceMs: patientMs,
    wait: ({ words }) => void Atomics.wait(words, wordIndex, WORD_FUTEX, patientMs),
    wake: ({ words }, word) => {
      if (word.takeSleeper() !== 0) Atomics.notify(words, wordIndex)
    },
  },
}

function sleepOf(variant: string): Sleep {
  const sleep = sleeps[variant]
  if (sleep === undefined) throw new Error(`no way to sleep ${variant}`)
  if (variant === 'futex_waitv' && !hasFutexWaitv()) throw new Absent('the kernel has no futex_waitv')
  return sleep
}

/** Publishes one record after the other, each when the sleeper has seen the one before. */
const waker: Role = (side) => {
  const { arena, budgetMs, index } = side
  const { words } = arena
  const sleep = sleepOf(side.variant)
  const word = SleepWord.ofConsumer(words)
  const jitter = new Jitter(0x5eed)
  meet(arena, index, 1)
  const untilMs = performance.now() + budgetMs
  for (let record = 1; ; record++) {
    const ending = performance.now() >= untilMs
    // Sometimes at once, sometimes when the sleeper sleeps deeply.
    linger(jitter.next(60))
    storeRelease(words, headIndex, ending ? stop : record)
    sleep.wake(arena, word)
    storeRelease(words, doneAtIndex, sharedClockMs())
    storeRelease(words, doneIndex, ending ? stop : record)
    if (ending) return {}
    while (loadAcquire(words, cell.acknowledged) !== record);
  }
}

const sleeper: Role = (side): Counts => {
  const { arena, index } = side
  const { words } = arena
  const sleep = sleepOf(side.variant)
  const word = SleepWord.ofConsumer(words)
  const counts = { slept: 0, 'awake in time': 0, lost: 0 }
  meet(arena, index, 1)
  for (let seen = 0; ; ) {
    if (loadAcquire(words, headIndex) === seen) {
      if (arm(side, word, seen)) sleepOnce(side, sleep, seen, counts)
      else counts['awake in time']++
      word.disarm()
      continue
    }
    seen = loadAcquire(words, headIndex)
    if (seen === stop) return counts
    storeRelease(words, cell.acknowledged, seen)
  }
}

function arm({ arena, variant }: Side, word: SleepWord, seen: number): boolean {
  if (variant !== 'no second look') return word.arm(WORD_FUTEX, seen)
  linger(20)
  storeRelease(arena.words, wordIndex, WORD_FUTEX)
  return true
}

function sleepOnce({ arena }: Side, sleep: Sleep, seen: number, counts: { slept: number; lost: number }): void {
  const { words } = arena
  const begunMs = performance.now()
  sleep.wait(arena, seen)
  const wholeSlice = performance.now() - begunMs >= sleep.sliceMs * 0.98
  const done = loadAcquire(words, doneIndex)
  if (wholeSlice && done !== seen && missed(words, sleep.sliceMs)) counts.lost++
  else counts.slept++
}

/** The waker was through long ago: it did not see us, or its wake went nowhere. */
function missed(words: Int32Array, sliceMs: number): boolean {
  const sinceMs = (sharedClockMs() - loadAcquire(words, doneAtIndex)) | 0
  return sinceMs > (sliceMs === patientMs ? missedMs : sliceMs / 2)
}

const errors = ['lost']
const claim = { kind: 'claim', errors, needs: ['slept'], share: 1.2 } as const

export const sleeping: Litmus = {
  name: 'sleeping',
  claim: 'No wake is lost: a sleeper on a mapped word is woken by another process that mapped it elsewhere',
  reliedOnIn: [
    'src/ring/sleep-word.ts',
    'src/transport/native-sleeper.ts',
    'src/transport/foreign-record-sleeper.ts',
    'ffi/futex.ts',
    'ffi/futex-watcher-thread.ts',
  ],
  between: 'processes',
  roles: [waker, sleeper],
  variants: [
    { name: 'futex', ...claim },
    { name: 'futex_waitv', ...claim },
    { name: 'foreign waker, one word', kind: 'control', errors, mustShowOn: ['x64'] },
    { name: 'no second look', kind: 'control', errors, mustShowOn: ['x64'] },
  ] satisfies Variant[],
}

export const sleepingOfThreads: Litmus = {
  name: 'sleeping of threads',
  claim: 'No Atomics.notify is lost by a thread in Atomics.wait that armed its word first',
  reliedOnIn: ['src/transport/thread-link.ts', 'src/ring/sleep-word.ts'],
  between: 'threads',
  roles: [waker, sleeper],
  variants: [{ name: 'Atomics.wait', ...claim }],
}
