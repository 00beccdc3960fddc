/** A thread that sleeps on one word, or on it and another 256 bytes on, of a file that its parent has open. */
import { parentPort, workerData } from 'node:worker_threads'
import { futexWait, futexWaitv, MemoryMapping } from '../../../../ffi/index.js'

const { fd, mode, offset = 0 } = workerData as { fd: number; mode: 'wait' | 'waitv'; offset?: number }
using mapping = MemoryMapping.map(fd, 4096)
const address = mapping.address + BigInt(offset)
const startedAt = performance.now()
const longestMs = 15_000
if (mode === 'wait') futexWait(address, 0, longestMs)
else {
  futexWaitv(
    [
      { address, expected: 0 },
      { address: address + 256n, expected: 0 },
    ],
    longestMs,
  )
}
parentPort?.postMessage(performance.now() - startedAt < longestMs ? 'woken' : 'timed out')
