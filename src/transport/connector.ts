import { statSync } from 'node:fs'
import { connectUnix, type FileDescriptor } from '../../ffi/index.js'
import { ErrorCode, RingwayError, TimeoutError } from '../errors.js'
import { notePending, refuseDeadlock } from './deadlock.js'
import { greetListener, NeverAccepted, type OfferTerms } from './greet-listener.js'
import type { Role } from './lane-role.js'
import type { MappedLink } from './mapped-link.js'
import type { Allow } from './peer-identity.js'
import { PeerSocket } from './peer-socket.js'
import { runAsync, runSync } from './run-steps.js'
import { checkPath } from './socket-path.js'
import { now, type Steps } from './steps.js'
import { errnoName, systemFailure } from './system-failure.js'

export interface ConnectOptions {
  /** This side's in the first ring; in the second, if there is one, it has the other. */
  readonly role: Role
  /** How long to wait for somebody to listen at the path. Default 0: somebody must be listening already. */
  readonly waitForListenerMs?: number | undefined
  /** How long the listener may take to make its offer. Default 5000. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** A larger ring is refused before it is mapped. Default 2^30. */
  readonly maxCapacityBytes?: number | undefined
  /** Left out: only processes of the same effective user. */
  readonly allow?: Allow | undefined
}

const defaultTimeoutMs = 5000
const defaultMaxCapacityBytes = 2 ** 30
const firstPauseMs = 1
const longestPauseMs = 50

/** @param lanes 1 for messages; 2 for calls and replies */
export async function connectLink(path: string, lanes: 1 | 2, options: ConnectOptions): Promise<MappedLink> {
  checkPath(path)
  const forget = notePending('connecting', path)
  try {
    return await runAsync(connecting(path, lanes, options), { signal: options.signal })
  } finally {
    forget()
  }
}

/** As `connectLink`, on this thread, which does nothing else meanwhile. `signal` has no say here. */
export function connectLinkSync(path: string, lanes: 1 | 2, options: ConnectOptions): MappedLink {
  checkPath(path)
  refuseDeadlock('listening', path)
  return runSync(connecting(path, lanes, options))
}

function* connecting(path: string, lanes: 1 | 2, options: ConnectOptions): Steps<MappedLink> {
  const { role, allow, waitForListenerMs = 0, timeoutMs = defaultTimeoutMs } = options
  const terms: OfferTerms = {
    role,
    lanes,
    allow,
    timeoutMs,
    maxCapacityBytes: options.maxCapacityBytes ?? defaultMaxCapacityBytes,
  }
  const startedMs = now()
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const attempt = tryConnect(path)
    let obstacle: string
    if (typeof attempt === 'string') {
      obstacle = attempt
    } else {
      try {
        return yield* greetListener(new PeerSocket(attempt), terms)
      } catch (error) {
        if (!(error instanceof NeverAccepted)) throw error
        obstacle = 'ECONNRESET'
      }
    }
    const patienceMs = obstacle === backlogFull ? Math.max(waitForListenerMs, timeoutMs) : waitForListenerMs
    const leftMs = startedMs + patienceMs - now()
    if (leftMs <= 0) throw unreachable(path, obstacle, patienceMs)
    yield { untilMs: now() + Math.min(pauseMs, leftMs) }
  }
}

const backlogFull = 'EAGAIN'

/** @returns what is in the way, where waiting may help; throws where it cannot */
function tryConnect(path: string): FileDescriptor | string {
  try {
    return connectUnix(path) ?? backlogFull
  } catch (error) {
    const errno = errnoName(error)
    if (errno === 'ENOENT') return errno
    if (errno === 'ECONNREFUSED' || errno === 'EPROTOTYPE') {
      expectSocket(path)
      if (errno === 'ECONNREFUSED') return errno
      throw systemFailure(error, `connect to ${path}, a socket of another kind`, ErrorCode.pathNotSocket)
    }
    throw systemFailure(error, `connect to ${path}`)
  }
}

/** The kernel says the same of a socket without a listener and of what is no socket at all. */
function expectSocket(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined || found.isSocket()) return
  const kind = found.isDirectory() ? 'a folder' : 'a file'
  throw new RingwayError(
    ErrorCode.pathNotSocket,
    `The path ${path} is held by ${kind} of ${found.size} bytes, not by a socket`,
  )
}

function unreachable(path: string, obstacle: string, patienceMs: number): RingwayError {
  if (obstacle === backlogFull) {
    return new TimeoutError(`The listener on ${path} has accepted nobody from its full queue for ${patienceMs} ms`)
  }
  return new RingwayError(
    ErrorCode.noListener,
    `Nobody listens on ${path} (${obstacle}), and nobody began to within ${patienceMs} ms`,
  )
}
