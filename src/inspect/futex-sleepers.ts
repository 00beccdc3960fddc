import { CONSUMER_WORD_OFFSET } from '../ring/ring-descriptor.js'
import { listProc, readProc } from './proc-text.js'
import type { SharedMapping } from './shared-mapping.js'

/**
 * The mapping through which some thread sleeps on the ring's consumer word: its process is the consumer, whatever peer it
 * is. `/proc/PID/task/TID/syscall` has the call's number and its arguments, the first of which is the futex's address.
 * @returns undefined when nobody sleeps so, or when this user may not look
 */
export function sleepingConsumer(procFolder: string, mappings: readonly SharedMapping[]): SharedMapping | undefined {
  return mappings.find(({ pid, start }) => {
    const word = `0x${(start + BigInt(CONSUMER_WORD_OFFSET)).toString(16)}`
    return listProc(`${procFolder}/${pid}/task`).some((thread) => {
      const [, address] = (readProc(`${procFolder}/${pid}/task/${thread}/syscall`) ?? '').split(' ')
      return address === word
    })
  })
}
