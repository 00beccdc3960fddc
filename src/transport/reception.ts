import type { RingwayError } from '../errors.js'
import { checkCapacity } from '../ring/arena-header.js'
import { greetConnector } from './greet-connector.js'
import { type Role, rolesInLanes } from './lane-role.js'
import type { MappedLink } from './mapped-link.js'
import { writeMarker } from './marker.js'
import type { Allow } from './peer-identity.js'
import type { PeerSocket } from './peer-socket.js'
import { Region } from './region.js'
import { checkPath } from './socket-path.js'
import type { Steps } from './steps.js'

export interface AcceptOptions {
  /** This side's in the first ring; in the second, if there is one, it has the other. */
  readonly role: Role
  readonly signal?: AbortSignal | undefined
  /** Left out: only processes of the same effective user. */
  readonly allow?: Allow | undefined
  /** The path leads to us from now on. */
  readonly onListening?: (() => void) | undefined
  /** A peer came and failed in the handshake; listening goes on. */
  readonly onPeerError?: ((error: RingwayError) => void) | undefined
}

/** What a listener needs for each peer: rings that nobody else has seen, and its half of the handshake. */
export class Reception {
  readonly path: string
  readonly options: AcceptOptions
  readonly #capacities: readonly number[]
  readonly #roles: readonly Role[]

  constructor(path: string, capacities: readonly number[], options: AcceptOptions) {
    checkPath(path)
    for (const capacityBytes of capacities) checkCapacity(capacityBytes)
    this.path = path
    this.options = options
    this.#capacities = capacities
    this.#roles = rolesInLanes(options.role, capacities.length)
  }

  /** @returns an error when the peer is to blame; throws when we are, or when it is aborted. Owns the socket either way. */
  *greet(socket: PeerSocket): Steps<MappedLink | RingwayError> {
    let regions: readonly Region[]
    try {
      regions = this.#makeRegions()
    } catch (error) {
      socket.close()
      throw error
    }
    return yield* greetConnector(socket, regions, this.#roles, this.options.allow)
  }

  #makeRegions(): readonly Region[] {
    const regions: Region[] = []
    try {
      for (const [lane, capacityBytes] of this.#capacities.entries()) {
        const region = Region.create(this.path, capacityBytes)
        regions.push(region)
        writeMarker(region.memory.words, this.#roles[lane] as Role)
      }
      return regions
    } catch (error) {
      for (const region of regions) region.release()
      throw error
    }
  }
}
