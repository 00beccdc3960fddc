import { sched } from './libc/sched.js'

/** Lets another thread that waits for this processor have it. Returns at once where none does. */
export function yieldCpu(): void {
  sched().sched_yield()
}
