import { setTimeout as sleep } from 'node:timers/promises'

/** @throws unless it is done in time: whoever waits for a lost message waits for ever */
export async function within<Value>(mostMs: number, what: string, done: Promise<Value>): Promise<Value> {
  const finished = new AbortController()
  const tooLate = sleep(mostMs, undefined, { signal: finished.signal }).then(() => {
    throw new Error(`${what} did not end in ${mostMs / 1000} s: a message is lost, or a side hangs`)
  })
  tooLate.catch(() => undefined)
  try {
    return await Promise.race([done, tooLate])
  } finally {
    finished.abort()
  }
}
