import { groupFolders } from './cgroup.js'
import { type Finding, fine, problem, unknown, warning } from './finding.js'
import type { Machine } from './machine.js'

const mebibyte = 2 ** 20
const namedMemory = '/dev/shm'
/** Less is one default bridge per request, and files of other programs. */
const littleNamedBytes = 4 * mebibyte
/** Docker's default. */
const smallStoreBytes = 64 * mebibyte

/** The store of named memory. Rings are memfds, which are not kept there; bridges are. */
export function namedMemoryCheck({ space }: Machine): Finding {
  const found = space(namedMemory)
  if (found === undefined) {
    return warning('dev-shm', `${namedMemory} is not there`, {
      why: 'bridges to shm-rpc-bridge live there; rings do not',
      remedy: `mount -t tmpfs -o size=256m tmpfs ${namedMemory}`,
    })
  }
  const { totalBytes, freeBytes } = found
  const numbers = `${namedMemory} has ${mebibytes(totalBytes)}, ${mebibytes(freeBytes)} free`
  if (freeBytes >= littleNamedBytes && totalBytes > smallStoreBytes) return fine('dev-shm', numbers)
  return warning('dev-shm', numbers, {
    why: 'a bridge to shm-rpc-bridge whose memory does not fit cannot be made; rings are memfds, and do not count here',
    remedy: `docker run --shm-size 1g, or mount -o remount,size=1g ${namedMemory}`,
  })
}

/** A limit from here on is as good as none: version 1 writes a huge number for it. */
const noLimitBytes = 2 ** 50
/** Node itself, and a ring of the size that the command line makes. */
const littleLeftBytes = 64 * mebibyte
const tooLittleLeftBytes = 2 * mebibyte

/** What a container may use: rings count, and over it the kernel kills. */
export function memoryLimitCheck(machine: Machine): Finding {
  const lefts = groupFolders(machine, 'memory').flatMap((folder) => {
    const limit = bytesIn(machine, folder, ['memory.max', 'memory.limit_in_bytes'])
    const used = bytesIn(machine, folder, ['memory.current', 'memory.usage_in_bytes'])
    return limit === undefined || limit >= noLimitBytes ? [] : [{ limit, left: limit - (used ?? 0) }]
  })
  const tightest = lefts.sort((one, other) => one.left - other.left)[0]
  if (tightest === undefined) return fine('memory-limit', 'no memory limit of a container')
  const { limit, left } = tightest
  const found = `the memory limit is ${mebibytes(limit)}, ${mebibytes(left)} of it left`
  if (left >= littleLeftBytes) return fine('memory-limit', found)
  const advice = {
    why: 'rings count against it, each side of a ring once for both; over it the kernel kills a process of the container',
    remedy: `smaller capacities than ${mebibytes(left)} together, or docker run --memory with more`,
  }
  return left < tooLittleLeftBytes ? problem('memory-limit', found, advice) : warning('memory-limit', found, advice)
}

function bytesIn({ read }: Machine, folder: string, names: readonly string[]): number | undefined {
  for (const name of names) {
    const text = read(`${folder}/${name}`)?.trim()
    if (text !== undefined && /^\d+$/.test(text)) return Number(text)
  }
  return undefined
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / mebibyte)} MiB`
}

/** A peer takes two to four, and koffi, Node and the program have theirs. */
const littleDescriptors = 256
const tooFewLeft = 16

export function descriptorLimitCheck({ read, names }: Machine): Finding {
  const limit = /^Max open files +(\S+)/m.exec(read('/proc/self/limits') ?? '')?.[1]
  if (limit === undefined) return unknown('descriptors', '/proc/self/limits does not tell')
  const open = names('/proc/self/fd').length
  const found = `${limit} descriptors may be open, ${open} are`
  const left = limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit) - open
  if (left >= littleDescriptors) return fine('descriptors', found)
  const advice = {
    why: 'each peer takes a few while it connects, and a socket for as long as it stays',
    remedy: 'ulimit -n 4096, or LimitNOFILE= of the service',
  }
  return left < tooFewLeft ? problem('descriptors', found, advice) : warning('descriptors', found, advice)
}

/** Nothing of ringway locks memory; that people look for it here is the reason to say so. */
export function lockedMemoryCheck({ read }: Machine): Finding {
  const limit = /^Max locked memory +(\S+)/m.exec(read('/proc/self/limits') ?? '')?.[1]
  if (limit === undefined) return unknown('locked-memory', '/proc/self/limits does not tell')
  return fine('locked-memory', `the limit is ${limit} bytes, and does not matter: no ring is locked in memory`)
}
