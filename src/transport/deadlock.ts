import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { ErrorCode, RingwayError } from '../errors.js'

/** Listening and connecting that this thread's event loop is at, by path: how many of each. */
interface Pending {
  readonly listening: Map<string, number>
  readonly connecting: Map<string, number>
}

const key = Symbol.for('ringway.pending-paths')

/** One per thread, shared by every copy of this module in it. */
function pending(): Pending {
  const scope = globalThis as { [key]?: Pending }
  scope[key] ??= { listening: new Map(), connecting: new Map() }
  return scope[key]
}

/** Two spellings of one path are one path, as far as the folders that exist can tell. */
function canonical(path: string): string {
  const absolute = resolve(path)
  try {
    return join(realpathSync(dirname(absolute)), basename(absolute))
  } catch {
    return absolute
  }
}

/**
 * Notes that the event loop of this thread works on this path.
 * @returns takes the note back; call it once
 */
export function notePending(activity: keyof Pending, path: string): () => void {
  const counts = pending()[activity]
  const name = canonical(path)
  counts.set(name, (counts.get(name) ?? 0) + 1)
  return () => {
    const left = (counts.get(name) ?? 1) - 1
    if (left > 0) counts.set(name, left)
    else counts.delete(name)
  }
}

/** A thread that blocks until its own event loop has done something waits for ever. */
export function refuseDeadlock(activity: keyof Pending, path: string): void {
  if (!pending()[activity].has(canonical(path))) return
  const wouldDo = activity === 'listening' ? 'connect to' : 'listen on'
  throw new RingwayError(
    ErrorCode.deadlock,
    `This thread is ${activity} on ${path} from its event loop, which could not go on while it blocks to ${wouldDo} ` +
      'the same path: use the promise form, or another thread',
  )
}
