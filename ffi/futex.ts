import {
  CLOCK_MONOTONIC,
  EAGAIN,
  EINTR,
  EINVAL,
  ETIMEDOUT,
  FUTEX_WAIT,
  FUTEX_WAITV_MAX,
  FUTEX_WAKE,
  FUTEX2_SIZE_U32,
  SYS_futex,
  SYS_futex_waitv,
} from './libc/constants.js'
import { futexCalls } from './libc/futex.js'
import { errno } from './libc/library.js'
import { futex_waitv, timespec } from './libc/structs.js'
import { SystemCallError } from './system-call-error.js'

/** A word in shared memory, and what it must hold for the thread to sleep. */
export interface FutexEntry {
  readonly address: bigint
  readonly expected: number
}

const longestMs = 0x7fff_ffff

/** One of each, used by one call at a time: a JavaScript thread has its own copy of this module. */
const timeout = new Uint32Array(timespec.words)
const waiters = Buffer.alloc(futex_waitv.bytes * FUTEX_WAITV_MAX)

function setTimeout(milliseconds: number): void {
  const clampedMs = Math.min(Math.max(milliseconds, 0), longestMs)
  const seconds = Math.floor(clampedMs / 1000)
  timeout[timespec.secondsWord] = seconds
  timeout[timespec.nanosecondsWord] = Math.floor((clampedMs - seconds * 1000) * 1e6)
}

/**
 * Blocks the thread while the word holds `expected`, until a wake or the time-out. Any process may wake it. Which of the
 * three ended it is not told: the caller looks at its memory, whatever it was.
 * @throws SystemCallError EFAULT for an address that is not mapped
 */
export function futexWait(address: bigint, expected: number, timeoutMs: number): void {
  const deadline = performance.now() + timeoutMs
  for (let remainingMs = timeoutMs; remainingMs > 0; remainingMs = deadline - performance.now()) {
    setTimeout(remainingMs)
    if (futexCalls().wait(SYS_futex, address, FUTEX_WAIT, expected >>> 0, timeout) === 0) return
    const code = errno()
    if (code === EAGAIN || code === ETIMEDOUT) return
    if (code !== EINTR) throw new SystemCallError('futex', code, 'FUTEX_WAIT')
  }
}

/** @returns how many threads were woken, of `count` at most. @throws SystemCallError EFAULT */
export function futexWake(address: bigint, count: number): number {
  const woken = futexCalls().wake(SYS_futex, address, FUTEX_WAKE, count)
  if (woken === -1) throw new SystemCallError('futex', errno(), 'FUTEX_WAKE')
  return woken
}

let waitvKnown: boolean | undefined

/** Whether the kernel can wait on several words at once (5.16 and later, where no sandbox forbids it). */
export function hasFutexWaitv(): boolean {
  if (waitvKnown === undefined) {
    // No waiters is an argument that a kernel with this call refuses as such.
    futexCalls().waitv(SYS_futex_waitv, null, 0, 0, null, CLOCK_MONOTONIC)
    waitvKnown = errno() === EINVAL
  }
  return waitvKnown
}

/** futex_waitv takes the time at which to give up, on the clock that `process.hrtime` reads. */
function setDeadline(timeoutMs: number): void {
  const [seconds, nanoseconds] = process.hrtime()
  const clampedMs = Math.min(Math.max(timeoutMs, 0), longestMs)
  const wholeSeconds = Math.floor(clampedMs / 1000)
  const sum = nanoseconds + Math.floor((clampedMs - wholeSeconds * 1000) * 1e6)
  timeout[timespec.secondsWord] = seconds + wholeSeconds + (sum >= 1e9 ? 1 : 0)
  timeout[timespec.nanosecondsWord] = sum >= 1e9 ? sum - 1e9 : sum
}

/**
 * Blocks the thread while every word holds what is expected of it, until a wake on any of them or the time-out.
 * @param entries 1 to 128
 * @throws SystemCallError ENOSYS where `hasFutexWaitv` is false; EFAULT
 */
export function futexWaitv(entries: readonly FutexEntry[], timeoutMs: number): void {
  if (entries.length === 0 || entries.length > FUTEX_WAITV_MAX) {
    throw new RangeError(`futex_waitv takes 1 to ${FUTEX_WAITV_MAX} words, not ${entries.length}`)
  }
  let at = 0
  for (const { address, expected } of entries) {
    waiters.writeUInt32LE(expected >>> 0, at + futex_waitv.valOffset)
    waiters.writeBigUInt64LE(address, at + futex_waitv.uaddrOffset)
    waiters.writeUInt32LE(FUTEX2_SIZE_U32, at + futex_waitv.flagsOffset)
    at += futex_waitv.bytes
  }
  setDeadline(timeoutMs)
  for (;;) {
    if (futexCalls().waitv(SYS_futex_waitv, waiters, entries.length, 0, timeout, CLOCK_MONOTONIC) !== -1) return
    const code = errno()
    if (code === EAGAIN || code === ETIMEDOUT) return
    if (code === EINTR) continue
    throw new SystemCallError('futex_waitv', code, `on ${entries.length} words`)
  }
}
