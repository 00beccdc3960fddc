import { type Finding, fine, problem, warning } from './finding.js'
import type { Machine } from './machine.js'
import { failureOf } from './trials.js'

const threadsOnly = 'ThreadBus (ringway/threads) works without shared memory between processes'

/** Linux on x64 or arm64. */
export function platformCheck({ platform, architecture, read }: Machine): Finding {
  const release = read('/proc/sys/kernel/osrelease')?.trim() ?? ''
  const found = `${platform} ${release} on ${architecture}`.replace('  ', ' ')
  if (platform === 'linux' && (architecture === 'x64' || architecture === 'arm64')) return fine('platform', found)
  return problem('platform', found, {
    why: 'memory is shared between processes on Linux, x64 or arm64, alone',
    remedy: threadsOnly,
  })
}

const leastNode = [20, 19] as const

export function nodeCheck({ nodeVersion, electronVersion }: Machine): Finding {
  if (electronVersion !== undefined) {
    return problem('node', `Electron ${electronVersion}`, {
      why: 'Electron forbids buffers over memory that it did not allocate, so no ring can be mapped',
      remedy: `run the bus in a plain Node process beside it; ${threadsOnly}`,
    })
  }
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number)
  if (major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]))
    return fine('node', `Node ${nodeVersion}`)
  return problem('node', `Node ${nodeVersion}`, {
    why: `ringway needs Node ${leastNode.join('.')} or later`,
    remedy: 'install a newer Node',
  })
}

/** koffi has a binary for this machine, and the loader takes it. */
export function koffiCheck({ trials }: Machine): Finding {
  const failure = failureOf(trials.callLibrary)
  if (failure === undefined) return fine('koffi', 'koffi is loaded and reaches the C library')
  return problem('koffi', failure, {
    why: 'every call of the kernel goes through koffi',
    remedy: 'npm install koffi, with optional dependencies, on this machine; its folder must not be mounted noexec',
  })
}

/** Tried by making one: builds with a pointer sandbox, and Electron, refuse. */
export function externalBufferCheck({ trials }: Machine): Finding {
  const failure = failureOf(trials.mapMemory)
  if (failure === undefined) return fine('external-buffers', 'buffers over mapped memory work')
  return problem('external-buffers', failure, {
    why: 'a ring is a buffer over mapped memory',
    remedy: `use the Node of nodejs.org, without a pointer sandbox; ${threadsOnly}`,
  })
}

export function libcCheck({ read }: Machine): Finding {
  const maps = read('/proc/self/maps') ?? ''
  if (!/\/(?:ld-musl|libc\.musl)-/.test(maps)) return fine('libc', 'the C library is not musl')
  return warning('libc', 'the C library is musl', {
    why: 'named semaphores of musl are not those of glibc: a bridge to shm-rpc-bridge needs the same on both sides',
    remedy: 'an image with glibc, such as node:22-slim, for bridges; rings work as they are',
  })
}
