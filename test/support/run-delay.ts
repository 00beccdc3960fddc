import { readdirSync, readFileSync } from 'node:fs'

/**
 * For how long the threads of a process, all together, were ready to run and had no processor, since they began. What is
 * late on a busy machine for this reason alone was not woken late. 0 where the kernel does not say.
 */
export function runDelayMs(pid: number): number {
  let delayNs = 0
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      delayNs += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[1])
    }
  } catch {
    // The process, or one of its threads, has just ended: what was summed up so far is what it waited at least.
  }
  return delayNs / 1e6
}
