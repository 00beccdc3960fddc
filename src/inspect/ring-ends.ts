import type { Role } from '../transport/lane-role.js'
import type { ProcessFacts } from './process-facts.js'
import type { SocketHold } from './socket-owners.js'

/** One process that maps a ring, and what it holds of the ring's path. */
export interface RingUser {
  readonly facts: ProcessFacts
  readonly hold: SocketHold | undefined
}

/** How the roles became known. */
export type RolesFrom = 'marker' | 'calls' | 'sleeper' | 'nothing'

export interface RingEnds {
  readonly listener: number | undefined
  readonly producer: number | undefined
  readonly consumer: number | undefined
  readonly rolesFrom: RolesFrom
  /** Which of the two speak ringway's own protocol; undefined where nothing tells. */
  readonly listenerIsNative: boolean
  readonly connectorIsNative: boolean | undefined
}

/** What of a ring tells its ends apart. */
export interface EndEvidence {
  /** One or two: more share the ring only by a fork of a foreign process, and cannot be told apart. */
  readonly users: readonly RingUser[]
  /** As a native listener's marker says, undefined without one. */
  readonly listenerRole: Role | undefined
  /** The listener's role by the kind of ring: in calls the listener answers. */
  readonly roleByKind: Role | undefined
  /** Sleeps on the consumer word just now. */
  readonly sleeper: number | undefined
}

/**
 * Who is at which end. The ring itself says only which role its listener has, and that only where the listener is native;
 * who listens is told by sockets, or by which of the two is a ringway at all.
 */
export function ringEnds({ users, listenerRole, roleByKind, sleeper }: EndEvidence): RingEnds {
  const pids = users.map(({ facts }) => facts.pid)
  const listener = listenerOf(users, listenerRole !== undefined)
  const connector = listener === undefined ? undefined : otherOf(pids, listener)
  const native = {
    listenerIsNative: listenerRole !== undefined,
    connectorIsNative: connectorIsNative(users, listener, connector, listenerRole !== undefined),
  }
  const known = listenerRole ?? roleByKind
  if (listener !== undefined && known !== undefined) {
    const [producer, consumer] = known === 'producer' ? [listener, connector] : [connector, listener]
    return { listener, producer, consumer, rolesFrom: listenerRole === undefined ? 'calls' : 'marker', ...native }
  }
  if (sleeper !== undefined) {
    return { listener, producer: otherOf(pids, sleeper), consumer: sleeper, rolesFrom: 'sleeper', ...native }
  }
  return { listener, producer: undefined, consumer: undefined, rolesFrom: 'nothing', ...native }
}

/** The end that is not this one; this one again where both are in one process. */
function otherOf(pids: readonly number[], pid: number): number | undefined {
  return pids.length === 2 ? (pids.find((other) => other !== pid) ?? pid) : undefined
}

function listenerOf(users: readonly RingUser[], listenerIsNative: boolean): number | undefined {
  const holders = users.filter(({ hold }) => hold?.holds === true)
  if (holders[0] !== undefined) return holders[0].facts.pid
  if (users.length === 1) return undefined
  if (users.every(({ facts }) => facts.pid === users[0]?.facts.pid)) return users[0]?.facts.pid
  const ringways = users.filter(({ facts }) => facts.hasKoffi)
  if (ringways.length !== 1) return undefined
  // One of the two is a ringway. With a marker that is the listener; without, the listener is the other one.
  return users.find(({ facts }) => facts.hasKoffi === listenerIsNative)?.facts.pid
}

function connectorIsNative(
  users: readonly RingUser[],
  listener: number | undefined,
  connector: number | undefined,
  listenerIsNative: boolean,
): boolean | undefined {
  if (connector === undefined) return undefined
  const of = (pid: number | undefined) => users.find(({ facts }) => facts.pid === pid)
  if (of(connector)?.facts.hasKoffi !== true) return false
  // A ringway that connects to a foreign listener is one all the same; to a native one it keeps the connection.
  return listenerIsNative ? of(listener)?.hold?.accepted : true
}
