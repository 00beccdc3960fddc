import type { RolesFrom } from './ring-ends.js'

export interface RingProcess {
  readonly pid: number
  readonly command: string
  /** Speaks ringway's own protocol; null where nothing tells. */
  readonly native: boolean | null
}

export type SideState = 'awake' | 'futex' | 'doorbell' | 'spinning'

/** One ring, or one bridge of shm-rpc-bridge, as `ringway top` tells of it. Null is what could not be found out. */
export interface BusRow {
  readonly kind: 'bus' | 'calls' | 'replies' | 'bridge'
  /** The path of the socket as the listener wrote it; or a bridge's name. Written by a peer, and to be cleaned. */
  readonly name: string
  readonly producer: RingProcess | null
  readonly consumer: RingProcess | null
  /** Everybody who maps it, also where nothing tells which end is whose. */
  readonly processes: readonly RingProcess[]
  readonly listenerPid: number | null
  readonly rolesFrom: RolesFrom
  readonly capacityBytes: number | null
  readonly usedBytes: number | null
  /** Headers and padding included; exact over the time between two looks. */
  readonly producedBytesPerSecond: number | null
  readonly consumedBytesPerSecond: number | null
  readonly producerState: SideState | null
  readonly consumerState: SideState | null
  /** `alone`: one process maps it. It waits for a peer, or the peer has gone. */
  readonly state: 'open' | 'alone' | 'corrupt' | 'unreadable'
  /** What is wrong, where something is. */
  readonly finding: string | null
  readonly ageMs: number | null
  /** Since this program saw the producer's position move; null until it has. */
  readonly idleMs: number | null
  /** How the header is reached. */
  readonly access: 'mapped' | 'read' | 'none'
}
