import { EBADF, EINTR, POLLIN, POLLNVAL } from './libc/constants.js'
import { errno } from './libc/library.js'
import { pollCalls } from './libc/poll.js'
import { pollfd } from './libc/structs.js'
import { SystemCallError } from './system-call-error.js'

const longestMs = 0x7fff_ffff

/** One entry, used by one call at a time: a JavaScript thread has its own copy of this module. */
const entry = new Int32Array(pollfd.words)

/**
 * Whether reading would not wait: bytes, an end, a hang-up and an error all count.
 * @param timeoutMs how long this blocks the thread at most; 0 only looks
 * @throws SystemCallError EBADF
 */
export function pollReadable(fd: number, timeoutMs: number): boolean {
  // The kernel leaves a negative descriptor out, and would wait for nothing.
  if (fd < 0) throw new SystemCallError('poll', EBADF, `of ${fd}`)
  // To the kernel a negative time-out is none at all.
  const waitMs = timeoutMs > 0 ? Math.min(Math.ceil(timeoutMs), longestMs) : 0
  const deadline = waitMs > 0 ? performance.now() + waitMs : 0
  for (let remainingMs = waitMs; ; ) {
    entry[pollfd.fdWord] = fd
    entry[pollfd.eventsWord] = POLLIN
    const ready = pollCalls().poll(entry, 1, remainingMs)
    if (ready === 0) return false
    if (ready === 1) break
    const code = errno()
    if (code !== EINTR) throw new SystemCallError('poll', code)
    remainingMs = waitMs > 0 ? Math.max(0, Math.ceil(deadline - performance.now())) : 0
  }
  const revents = (entry[pollfd.eventsWord] ?? 0) >> pollfd.reventsShift
  if ((revents & POLLNVAL) !== 0) throw new SystemCallError('poll', EBADF, `of ${fd}`)
  return true
}
