import { acceptUnix } from '../../ffi/index.js'
import { RingwayError, TimeoutError } from '../errors.js'
import { refuseDeadlock } from './deadlock.js'
import { LinkQueue } from './link-queue.js'
import type { MappedLink } from './mapped-link.js'
import { PeerSocket } from './peer-socket.js'
import { type AcceptOptions, Reception } from './reception.js'
import { longestTimerMs, runSync } from './run-steps.js'
import { bindSocket } from './socket-path.js'
import { now, type Steps } from './steps.js'
import { orFail } from './system-failure.js'

export interface ListenOptions extends AcceptOptions {
  /** How long to wait for the first good peer; left out: for ever. */
  readonly timeoutMs?: number | undefined
}

/**
 * Listens, and makes a link of every peer that comes, each with rings of its own. Listening begins with the first `next()`
 * and ends with `return()`, which also lets go of peers that nobody has taken yet.
 */
export function acceptLinks(path: string, capacities: readonly number[], options: AcceptOptions): LinkQueue {
  return new LinkQueue(new Reception(path, capacities, options), Number.POSITIVE_INFINITY)
}

/** The first good peer; the path is gone when this resolves. A peer that fails is reported, and listening goes on. */
export async function listenLink(
  path: string,
  capacities: readonly number[],
  options: ListenOptions,
): Promise<MappedLink> {
  const { timeoutMs } = options
  const queue = new LinkQueue(new Reception(path, capacities, options), 1)
  // A longer delay than a timer takes would be over at once.
  const timed = timeoutMs !== undefined && timeoutMs <= longestTimerMs
  const timer = timed ? setTimeout(() => queue.fail(noPeer(path, timeoutMs)), timeoutMs) : undefined
  try {
    const { value } = await queue.next()
    return value as MappedLink
  } finally {
    clearTimeout(timer)
    await queue.return()
  }
}

/** As `listenLink`, on this thread, which does nothing else until a peer has come. `signal` has no say here. */
export function listenLinkSync(path: string, capacities: readonly number[], options: ListenOptions): MappedLink {
  const reception = new Reception(path, capacities, options)
  refuseDeadlock('connecting', path)
  return runSync(listening(reception, options.timeoutMs))
}

function* listening(reception: Reception, timeoutMs: number | undefined): Steps<MappedLink> {
  const { path, options } = reception
  const untilMs = now() + (timeoutMs ?? Number.POSITIVE_INFINITY)
  const bound = yield* bindSocket(path)
  try {
    options.onListening?.()
    for (;;) {
      const descriptor = orFail(`accept a connection on ${path}`, () => acceptUnix(bound.fd))
      if (descriptor !== undefined) {
        const outcome = yield* reception.greet(new PeerSocket(descriptor))
        if (!(outcome instanceof RingwayError)) return outcome
        options.onPeerError?.(outcome)
      } else if (now() >= untilMs) {
        throw noPeer(path, timeoutMs as number)
      } else {
        yield { fd: bound.fd, untilMs }
      }
    }
  } finally {
    yield* bound.remove()
  }
}

function noPeer(path: string, timeoutMs: number): TimeoutError {
  return new TimeoutError(`No peer came to ${path} within ${timeoutMs} ms`)
}
