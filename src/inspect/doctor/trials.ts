import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  acceptUnix,
  connectUnix,
  createSealedMemfd,
  getAffinity,
  hasFutexWaitv,
  hasPeerPidfd,
  listenUnix,
  lockDirectory,
  MemoryMapping,
  ProcessHandle,
  readSeals,
  SEAL_GROW,
  SEAL_SHRINK,
} from '../../../ffi/index.js'
import { deadBridges } from '../../transport/left-bridges.js'
import { deadSocketsIn } from '../../transport/left-sockets.js'

/** What is found out by doing it, once, with things that are put away again. Each throws what the kernel answered. */
export interface Trials {
  /** Loads koffi and calls the C library. @returns the processors that this process may use */
  callLibrary(): readonly number[]
  /** Makes sealed memory as rings are made of. */
  sealMemory(): void
  /** Writes into such memory through a buffer. */
  mapMemory(): void
  /** @returns whether pages can be had before they are touched */
  populate(): boolean
  bindToNode(): void
  waitOnSeveral(): boolean
  holdProcess(): boolean
  /** Listens and connects in a folder of its own there. @returns whether the socket tells its peer's pidfd */
  connectIn(folder: string): boolean
  /** Time of one reading of the clock. */
  clockReadNs(): number
  /** What `ringway clean` would list. */
  leftovers(folder: string): Promise<readonly string[]>
}

const trialBytes = 4096
const label = 'ringway-doctor'

function withMapping<Result>(action: (mapping: MemoryMapping) => Result): Result {
  using memory = createSealedMemfd(label, trialBytes)
  using mapping = MemoryMapping.map(memory.fd, trialBytes)
  return action(mapping)
}

function connectIn(folder: string): boolean {
  const own = mkdtempSync(join(folder, 'ringway-doctor-'))
  try {
    using _lock = lockDirectory(own)
    const path = join(own, 's')
    using listener = listenUnix(path, 1)
    using connected = connectUnix(path)
    using accepted = acceptUnix(listener.fd)
    if (connected === undefined || accepted === undefined) throw new Error('a connection was not accepted')
    return hasPeerPidfd(connected.fd)
  } finally {
    rmSync(own, { recursive: true })
  }
}

const clockReadings = 2000

function clockReadNs(): number {
  const begin = process.hrtime.bigint()
  for (let reading = 1; reading < clockReadings; reading++) process.hrtime.bigint()
  return Number(process.hrtime.bigint() - begin) / clockReadings
}

export const trials: Trials = {
  callLibrary: getAffinity,
  sealMemory() {
    using memory = createSealedMemfd(label, trialBytes)
    const needed = SEAL_SHRINK | SEAL_GROW
    if ((readSeals(memory.fd) & needed) !== needed) throw new Error('the seals of a memfd do not hold')
  },
  mapMemory: () =>
    withMapping(({ buffer }) => {
      const words = new Int32Array(buffer)
      Atomics.store(words, 0, 1)
      if (words[0] !== 1) throw new Error('a word written to mapped memory is not there')
    }),
  populate: () => withMapping((mapping) => mapping.populate(0, trialBytes)),
  bindToNode: () => withMapping((mapping) => mapping.bindToNumaNode(0)),
  waitOnSeveral: hasFutexWaitv,
  holdProcess() {
    using handle = ProcessHandle.open(process.pid)
    return handle !== undefined
  },
  connectIn,
  clockReadNs,
  async leftovers(folder) {
    const bridges = folder === '/dev/shm' ? (await deadBridges()).map(({ name }) => `the bridge ${name}`) : []
    return [...deadSocketsIn(folder), ...bridges]
  },
}

/** @returns undefined when it went well, else what went wrong */
export function failureOf(trial: () => unknown): string | undefined {
  try {
    trial()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
