import { ErrorCode, RingwayError } from '../../errors.js'

const key = Symbol.for('ringway.bridges-served')

/** Bridges that the event loop of this thread serves; one set for every copy of this module in it. */
function served(): Set<string> {
  const scope = globalThis as { [key]?: Set<string> }
  scope[key] ??= new Set()
  return scope[key]
}

/** @returns takes the note back */
export function noteServer(name: string): () => void {
  served().add(name)
  return () => served().delete(name)
}

/** A thread that blocks until its own event loop has answered waits in vain. */
export function refuseOwnServer(name: string): void {
  if (!served().has(name)) return
  throw new RingwayError(
    ErrorCode.deadlock,
    `This thread serves the bridge ${name} from its event loop, which cannot answer while it blocks: use call()`,
  )
}
