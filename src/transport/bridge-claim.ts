import { setTimeout as delay } from 'node:timers/promises'
import { type FileDescriptor, lockFile, openNamedMemory } from '../../ffi/index.js'
import { ErrorCode, RingwayError } from '../errors.js'
import { BridgeChannel } from './bridge-channel.js'
import { lockBridgeNames, lockPatienceMs, removeIfThere, youngMs } from './bridge-locks.js'
import { bridgeFiles, bridgeNames, namedMemoryFolder } from './bridge-names.js'
import { type FileIdentity, statFile } from './file-identity.js'
import { usersOf } from './file-users.js'
import { errnoName, orFail } from './system-failure.js'

/** What a server does with the names that another one left behind. */
export type TakeOver = 'when-dead' | 'never' | 'always'

/**
 * Makes the channel of a server. Names that are there already are removed if nobody uses them any more: no lock of a
 * server of this library on them, and no living process that maps them.
 * @throws `ERR_RINGWAY_PATH_IN_USE`
 */
export async function claimChannel(name: string, bufferBytes: number, takeOver: TakeOver): Promise<BridgeChannel> {
  const lock = await lockNames()
  try {
    await removeLeftBehind(name, takeOver)
    return BridgeChannel.create(name, bufferBytes)
  } finally {
    lock.close()
  }
}

async function lockNames(): Promise<FileDescriptor> {
  const lock = await lockBridgeNames()
  if (lock !== undefined) return lock
  throw new RingwayError(ErrorCode.busy, `${namedMemoryFolder} was locked by another process for ${lockPatienceMs} ms`)
}

async function removeLeftBehind(name: string, takeOver: TakeOver): Promise<void> {
  const names = bridgeNames(name)
  const paths = bridgeFiles(names)
  const present = () => paths.flatMap((path) => statFile(path) ?? [])
  if (present().length === 0) return
  if (takeOver === 'never') throw inUse(name, 'its names are there, and takeOver is never')
  if (takeOver === 'when-dead') {
    await expectUnused(name, names.request.memory, present())
    const ageMs = Math.min(...present().map(({ ctimeMs }) => Math.abs(Date.now() - ctimeMs)))
    if (ageMs < youngMs) {
      await delay(youngMs - ageMs)
      await expectUnused(name, names.request.memory, present())
    }
  }
  for (const path of paths) orFail(`remove ${path}, left behind by a dead server`, () => removeIfThere(path))
}

async function expectUnused(name: string, memory: string, files: readonly FileIdentity[]): Promise<void> {
  if (isLocked(memory)) throw inUse(name, 'its server lives')
  const users = await usersOf(files)
  if (users.length > 0) throw inUse(name, `living processes have it open: ${users.join(', ')}`)
}

function inUse(name: string, why: string): RingwayError {
  return new RingwayError(ErrorCode.pathInUse, `The bridge ${name} is in use: ${why}`)
}

function isLocked(memory: string): boolean {
  try {
    using descriptor = openNamedMemory(memory)
    return !lockFile(descriptor.fd)
  } catch (error) {
    if (errnoName(error) === 'ENOENT') return false
    throw error
  }
}
