import { unlinkSync } from 'node:fs'
import {
  createNamedMemory,
  effectiveUserId,
  type FileDescriptor,
  fileLength,
  lockFile,
  MemoryMapping,
  NamedSemaphore,
  openNamedMemory,
  SEMAPHORE_BYTES,
} from '../../ffi/index.js'
import { ErrorCode, RingwayError } from '../errors.js'
import { atExit } from './at-exit.js'
import { type BridgeNames, bridgeNames, type SlotNames, semaphoreFile, slotFiles } from './bridge-names.js'
import { BridgeSlot, payloadOffset } from './bridge-slot.js'
import { type FileIdentity, isSameFile, statFile } from './file-identity.js'
import { errnoName, systemFailure } from './system-failure.js'

const maxBufferBytes = 2 ** 30

/** Files of this process's making, which are its to remove as long as their names still stand for them. */
class OwnFiles {
  readonly #files: (readonly [path: string, identity: FileIdentity])[] = []
  readonly #cancelExit = atExit(() => this.remove())

  add(path: string): void {
    const identity = statFile(path)
    if (identity !== undefined) this.#files.push([path, identity])
  }

  remove(): void {
    this.#cancelExit()
    for (const [path, identity] of this.#files.splice(0)) if (isSameFile(statFile(path), identity)) removeFile(path)
  }
}

/** Both directions of a bridge, and the names by which the other side finds them. */
export class BridgeChannel {
  readonly name: string
  readonly request: BridgeSlot
  readonly response: BridgeSlot
  readonly #ownFiles: OwnFiles | undefined

  private constructor(name: string, slots: readonly BridgeSlot[], ownFiles?: OwnFiles) {
    this.name = name
    this.request = slots[0] as BridgeSlot
    this.response = slots[1] as BridgeSlot
    this.#ownFiles = ownFiles
  }

  /**
   * Makes all six, and holds a lock on the request memory that says so for as long as this process lives.
   * @throws `ERR_RINGWAY_PATH_IN_USE` when one of the names is there already
   */
  static create(name: string, bufferBytes: number): BridgeChannel {
    checkBufferBytes(bufferBytes)
    const names = bridgeNames(name)
    const ownFiles = new OwnFiles()
    const slots: BridgeSlot[] = []
    try {
      slots.push(createSlot(names.request, bufferBytes, true, ownFiles))
      slots.push(createSlot(names.response, bufferBytes, false, ownFiles))
      return new BridgeChannel(name, slots, ownFiles)
    } catch (error) {
      ownFiles.remove()
      for (const slot of slots) void slot.release()
      const code = errnoName(error) === 'EEXIST' ? ErrorCode.pathInUse : undefined
      throw systemFailure(error, `create the bridge ${name}`, code)
    }
  }

  /**
   * Opens what a server has made, and holds a lock on the response memory: a second client of this library is refused.
   * @returns undefined when the server is not there, or not ready
   * @throws `ERR_RINGWAY_BUSY`, `ERR_RINGWAY_PEER_REFUSED`, `ERR_RINGWAY_CAPACITY_LIMIT`
   */
  static open(name: string): BridgeChannel | undefined {
    const names = bridgeNames(name)
    if (!isReady(name, names)) return undefined
    const slots: BridgeSlot[] = []
    try {
      slots.push(openSlot(names.request))
      slots.push(openSlot(names.response, name))
      return new BridgeChannel(name, slots)
    } catch (error) {
      for (const slot of slots) void slot.release()
      // Its server closed it while we were opening.
      if (!isReady(name, names)) return undefined
      throw systemFailure(error, `open the bridge ${name}`)
    }
  }

  /** Removes the names that are ours, and still are. Idempotent. */
  removeNames(): void {
    this.#ownFiles?.remove()
  }

  /** Resolves when all is given back. Idempotent. */
  async release(): Promise<void> {
    this.removeNames()
    await Promise.all([this.request.release(), this.response.release()])
  }
}

function checkBufferBytes(bufferBytes: number): void {
  if (Number.isInteger(bufferBytes) && bufferBytes > payloadOffset && bufferBytes <= maxBufferBytes) return
  throw new RingwayError(
    ErrorCode.invalidCapacity,
    `The buffer of a bridge has ${payloadOffset + 1} to ${maxBufferBytes} bytes, not ${String(bufferBytes)}`,
  )
}

function removeFile(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Somebody else removed it, or it is not ours to remove.
  }
}

function createSlot(names: SlotNames, bufferBytes: number, lock: boolean, ownFiles: OwnFiles): BridgeSlot {
  const [memoryFile] = slotFiles(names)
  const descriptor = createNamedMemory(names.memory, bufferBytes)
  ownFiles.add(memoryFile)
  if (lock && !lockFile(descriptor.fd)) {
    descriptor.close()
    throw new RingwayError(ErrorCode.pathInUse, `${memoryFile} was locked by another process as soon as it was made`)
  }
  return makeSlot(descriptor, bufferBytes, names, (name, value) => {
    const semaphore = NamedSemaphore.create(name, value)
    ownFiles.add(semaphoreFile(name))
    return semaphore
  })
}

/** @param lockFor the bridge whose only client is to be us */
function openSlot(names: SlotNames, lockFor?: string): BridgeSlot {
  const descriptor = openNamedMemory(names.memory)
  if (lockFor !== undefined && !lockFile(descriptor.fd)) {
    descriptor.close()
    throw new RingwayError(ErrorCode.busy, `The bridge ${lockFor} has a client already: it serves one at a time`)
  }
  return makeSlot(descriptor, fileLength(descriptor.fd), names, NamedSemaphore.open)
}

function makeSlot(
  descriptor: FileDescriptor,
  lengthBytes: number,
  names: SlotNames,
  semaphore: (name: string, value: number) => NamedSemaphore,
): BridgeSlot {
  const made: (() => void)[] = [() => descriptor.close()]
  try {
    const mapping = MemoryMapping.map(descriptor.fd, lengthBytes)
    made.push(() => mapping.release())
    const empty = semaphore(names.empty, 1)
    made.push(() => empty.close())
    return new BridgeSlot({ descriptor, mapping, empty, full: semaphore(names.full, 0) })
  } catch (error) {
    for (const release of made) release()
    throw error
  }
}

/** Whether all six are there, in the sizes that they must have. @throws when they are not what we may use */
function isReady(name: string, names: BridgeNames): boolean {
  for (const slot of [names.request, names.response]) {
    const [memory, ...semaphores] = slotFiles(slot)
    // A file that is too short is one that its maker has not finished.
    if (!isUsable(name, memory, payloadOffset + 1)) return false
    if (!semaphores.every((path) => isUsable(name, path, SEMAPHORE_BYTES))) return false
  }
  return true
}

function isUsable(name: string, path: string, minBytes: number): boolean {
  const file = statFile(path)
  if (file === undefined || file.size < minBytes) return false
  if (file.uid !== effectiveUserId()) {
    throw new RingwayError(
      ErrorCode.peerRefused,
      `The bridge ${name} belongs to user ${file.uid}, and this process runs as user ${effectiveUserId()}`,
    )
  }
  if (file.size > maxBufferBytes) {
    throw new RingwayError(
      ErrorCode.capacityLimit,
      `The bridge ${name} has a buffer of ${file.size} bytes, and ${maxBufferBytes} are allowed`,
    )
  }
  return true
}
