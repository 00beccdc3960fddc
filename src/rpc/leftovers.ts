import { basename, dirname, resolve } from 'node:path'
import { namedMemoryFolder } from '../transport/bridge-names.js'
import { statFile } from '../transport/file-identity.js'
import { bridgeOfFile, deadBridges, removeDeadBridge } from '../transport/left-bridges.js'
import { deadSocketAt, deadSocketsIn, removeDeadSocket } from '../transport/left-sockets.js'
import { orFail } from '../transport/system-failure.js'

/** Something that a dead process left behind. */
export interface Leftover {
  /** A listener's socket; or a bridge's shared memory and semaphores. */
  readonly kind: 'socket' | 'bridge'
  /** The socket's path; or the bridge's name. */
  readonly name: string
  /** Everything that `remove` removes. */
  readonly files: readonly string[]
  /**
   * @returns false when it is in use again, or somebody works at it just now: then it is left alone
   * @throws (rejects) `ERR_RINGWAY_PERMISSION`, `ERR_RINGWAY_SYSTEM`
   */
  remove(): Promise<boolean>
}

/**
 * What dead processes of this user left behind: ringway's own sockets, and the names of shm-rpc-bridge.
 * @param places each a socket; a folder, of which sockets are looked at whose name begins with `ringway`; `/dev/shm`, for all
 *   bridges; or one of a bridge's files there
 * @throws (rejects) `ERR_RINGWAY_PERMISSION`, `ERR_RINGWAY_SYSTEM`
 */
export async function findLeftovers(places: readonly string[]): Promise<Leftover[]> {
  const found = new Map<string, Leftover>()
  for (const place of places) {
    for (const leftover of await leftoversAt(resolve(place))) found.set(`${leftover.kind} ${leftover.name}`, leftover)
  }
  return [...found.values()]
}

async function leftoversAt(path: string): Promise<Leftover[]> {
  if (path === namedMemoryFolder) return [...(await bridges()), ...deadSocketsIn(path).flatMap(socket)]
  const bridge = dirname(path) === namedMemoryFolder ? bridgeOfFile(basename(path)) : undefined
  if (bridge !== undefined) return await bridges(bridge)
  const stats = orFail(`look at ${path}`, () => statFile(path))
  return stats?.isDirectory() ? deadSocketsIn(path).flatMap(socket) : socket(path)
}

function socket(path: string): Leftover[] {
  const identity = deadSocketAt(path)
  if (identity === undefined) return []
  return [{ kind: 'socket', name: path, files: [path], remove: async () => removeDeadSocket(path, identity) }]
}

async function bridges(only?: string): Promise<Leftover[]> {
  return (await deadBridges(only)).map((bridge) => ({
    kind: 'bridge',
    name: bridge.name,
    files: bridge.files.map(({ path }) => path),
    remove: () => removeDeadBridge(bridge),
  }))
}
