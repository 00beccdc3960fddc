import { pollReadable } from '../../ffi/index.js'
import { now, type Steps, type Wait } from './steps.js'

/** Longest time spent in the kernel at once: in between, `worker.terminate()` and signals get their turn. */
const sliceMs = 20

/** The loop turns fast at first, because the other side is usually at it already, then slower and slower. */
const eagerTurns = 16
const longestNapMs = 4

/** What Node's timers take: longer ones are over at once. */
export const longestTimerMs = 2 ** 31 - 1

const napWord = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))

/** Runs an algorithm to its end on this thread, which does nothing else meanwhile. */
export function runSync<Result>(steps: Steps<Result>): Result {
  let step = steps.next()
  while (step.done !== true) {
    try {
      block(step.value)
    } catch (error) {
      step = steps.throw(error)
      continue
    }
    step = steps.next()
  }
  return step.value
}

function block(wait: Wait): void {
  for (;;) {
    const leftMs = wait.untilMs - now()
    if (leftMs <= 0) return
    const napMs = Math.min(leftMs, sliceMs)
    if (wait.fd === undefined) Atomics.wait(napWord, 0, 0, napMs)
    else if (pollReadable(wait.fd, napMs)) return
  }
}

export interface RunOptions {
  /** Aborting it throws its reason into the algorithm, which cleans up before the promise rejects. */
  readonly signal?: AbortSignal | undefined
  /** False for work that nobody awaits: its timers then let the process exit. */
  readonly keepAlive?: boolean
}

/** Runs an algorithm from the event loop. A signal that is aborted already keeps it from starting. */
export function runAsync<Result>(steps: Steps<Result>, options: RunOptions = {}): Promise<Result> {
  const { signal, keepAlive = true } = options
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason)
      return
    }
    let timer: NodeJS.Timeout | undefined
    let immediate: NodeJS.Immediate | undefined
    let turns = 0
    let running = false
    let abortPending = false

    const onAbort = (): void => {
      signal?.removeEventListener('abort', onAbort)
      clearTimeout(timer)
      clearImmediate(immediate)
      // A callback of the user's, run by a step, may abort: a generator cannot be resumed from inside itself.
      if (running) abortPending = true
      else advance(() => steps.throw(signal?.reason))
    }
    const advance = (resume: () => IteratorResult<Wait, Result>): void => {
      let step: IteratorResult<Wait, Result>
      running = true
      try {
        step = resume()
        if (abortPending && step.done !== true) {
          abortPending = false
          step = steps.throw(signal?.reason)
        }
      } catch (error) {
        signal?.removeEventListener('abort', onAbort)
        reject(error)
        return
      } finally {
        running = false
      }
      if (step.done === true) {
        signal?.removeEventListener('abort', onAbort)
        resolve(step.value)
        return
      }
      turns = 0
      schedule(step.value)
    }
    const look = (wait: Wait): void => {
      let ready: boolean
      try {
        ready = now() >= wait.untilMs || (wait.fd !== undefined && pollReadable(wait.fd, 0))
      } catch (error) {
        advance(() => steps.throw(error))
        return
      }
      if (ready) advance(() => steps.next())
      else schedule(wait)
    }
    const schedule = (wait: Wait): void => {
      const leftMs = Math.max(0, wait.untilMs - now())
      turns++
      // An unref'd immediate hardly ever runs.
      if (keepAlive && wait.fd !== undefined && turns <= eagerTurns) {
        immediate = setImmediate(look, wait)
        return
      }
      const napMs = wait.fd === undefined ? leftMs : Math.min(leftMs, turns - eagerTurns, longestNapMs)
      timer = setTimeout(look, Math.min(Math.max(1, Math.ceil(napMs)), longestTimerMs), wait)
      if (!keepAlive) timer.unref()
    }

    signal?.addEventListener('abort', onAbort)
    advance(() => steps.next())
  })
}
