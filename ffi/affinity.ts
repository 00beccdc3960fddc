import { readdirSync } from 'node:fs'
import { ESRCH } from './libc/constants.js'
import { errno } from './libc/library.js'
import { sched } from './libc/sched.js'
import { failureOf, SystemCallError } from './system-call-error.js'

/** More than any kernel is built for: it refuses to fill a mask that is shorter than its own. */
const maskBytes = 1024

function maskOf(cpus: readonly number[]): Uint8Array {
  const mask = new Uint8Array(maskBytes)
  for (const cpu of cpus) {
    if (!Number.isInteger(cpu) || cpu < 0 || cpu >= maskBytes * 8) {
      throw new RangeError(`a CPU is a number from 0 to ${maskBytes * 8 - 1}, not ${cpu}`)
    }
    mask[cpu >> 3] = (mask[cpu >> 3] ?? 0) | (1 << (cpu & 7))
  }
  return mask
}

/**
 * Keeps every thread of this process, and those that they start later, to these processors.
 * @throws SystemCallError EINVAL when none of them exists or may be used
 */
export function setAffinity(cpus: readonly number[]): void {
  const mask = maskOf(cpus)
  const done = new Set<string>()
  // A thread that was not kept yet may have started another one meanwhile: until a look finds no new ones.
  for (let found = 1; found > 0; ) {
    const threads = readdirSync('/proc/self/task').filter((thread) => !done.has(thread))
    for (const thread of threads) {
      if (sched().sched_setaffinity(Number(thread), maskBytes, mask) === -1) {
        const code = errno()
        if (code !== ESRCH) throw new SystemCallError('sched_setaffinity', code, `to CPUs ${cpus.join(', ')}`)
      }
      done.add(thread)
    }
    found = threads.length
  }
}

/**
 * Keeps the calling thread alone to these processors, and the threads that it starts later.
 * @throws SystemCallError EINVAL when none of them exists or may be used
 */
export function setThreadAffinity(cpus: readonly number[]): void {
  const failed = sched().sched_setaffinity(0, maskBytes, maskOf(cpus)) === -1
  if (failed) throw failureOf('sched_setaffinity', `to CPUs ${cpus.join(', ')}`)
}

/** The processors that the calling thread may use. */
export function getAffinity(): number[] {
  const mask = new Uint8Array(maskBytes)
  if (sched().sched_getaffinity(0, maskBytes, mask) === -1) throw failureOf('sched_getaffinity')
  const cpus: number[] = []
  for (const [index, bits] of mask.entries()) {
    for (let bit = 0; bit < 8; bit++) if ((bits & (1 << bit)) !== 0) cpus.push(index * 8 + bit)
  }
  return cpus
}
