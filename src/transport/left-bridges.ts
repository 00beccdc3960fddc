import { lstatSync, readdirSync, type Stats } from 'node:fs'
import { effectiveUserId } from '../../ffi/index.js'
import { lockBridgeNames, removeIfThere, youngMs } from './bridge-locks.js'
import { namedMemoryFolder } from './bridge-names.js'
import { isSameFile } from './file-identity.js'
import { lockHolder, usersOf } from './file-users.js'
import { orFail } from './system-failure.js'

/** What shm-rpc-bridge calls its memory and semaphores, and with its futex transport its memory. Each has the bridge's name. */
const bridgeFileNames = [
  /^srb_(.+)_(?:req|resp)$/,
  /^sem\.srb_(.+)_(?:req|resp)_(?:empty|full)$/,
  /^shm_rpc_bridge_(.+)_(?:req|resp)$/,
] as const

/** The named memory and semaphores of a bridge whose processes are dead. */
export interface DeadBridge {
  readonly name: string
  readonly files: readonly { readonly path: string; readonly identity: Stats }[]
}

/** The bridge that a file in the folder of named memory belongs to. */
export function bridgeOfFile(fileName: string): string | undefined {
  for (const pattern of bridgeFileNames) {
    const name = pattern.exec(fileName)?.[1]
    if (name !== undefined) return name
  }
  return undefined
}

/**
 * Bridges of this user that no living process uses. Processes of another pid namespace are not seen.
 * @param only the bridge to look at; all of them unless given
 * @throws `ERR_RINGWAY_PERMISSION`, `ERR_RINGWAY_SYSTEM`
 */
export async function deadBridges(only?: string): Promise<DeadBridge[]> {
  const dead: DeadBridge[] = []
  for (const [name, files] of bridges(only)) if (!(await isUsed(files))) dead.push({ name, files })
  return dead
}

/** Removes what is left of a bridge, unless somebody uses it, or has its names, by now. @returns whether it is removed */
export async function removeDeadBridge({ name, files }: DeadBridge): Promise<boolean> {
  const lock = await lockBridgeNames()
  if (lock === undefined) return false
  try {
    const now = bridges(name).get(name) ?? []
    const same = now.every(({ identity }) => files.some((file) => isSameFile(file.identity, identity)))
    if (now.length === 0 || !same || (await isUsed(now))) return false
    for (const { path } of now) orFail(`remove ${path}`, () => removeIfThere(path))
    return true
  } finally {
    lock.close()
  }
}

function bridges(only: string | undefined): Map<string, { path: string; identity: Stats }[]> {
  const found = new Map<string, { path: string; identity: Stats }[]>()
  for (const fileName of orFail(`look into ${namedMemoryFolder}`, () => readdirSync(namedMemoryFolder))) {
    const name = bridgeOfFile(fileName)
    if (name === undefined || (only !== undefined && name !== only)) continue
    const path = `${namedMemoryFolder}/${fileName}`
    const identity = lstatSync(path, { throwIfNoEntry: false })
    if (identity?.isFile()) found.set(name, [...(found.get(name) ?? []), { path, identity }])
  }
  return found
}

async function isUsed(files: DeadBridge['files']): Promise<boolean> {
  const identities = files.map(({ identity }) => identity)
  if (identities.some(({ uid }) => uid !== effectiveUserId())) return true
  if (identities.some(({ ctimeMs }) => Math.abs(Date.now() - ctimeMs) < youngMs)) return true
  if (identities.some((identity) => lockHolder(identity) !== undefined)) return true
  return (await usersOf(identities)).length > 0
}
