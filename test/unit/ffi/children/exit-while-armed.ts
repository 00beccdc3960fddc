/** Arms a watch that nobody will wake, with a slice of an hour, and ends in the way that its argument names. */
import { writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isMainThread, Worker } from 'node:worker_threads'
import { createSealedMemfd, FutexWatcher, MemoryMapping } from '../../../../ffi/index.js'

const hourMs = 3_600_000
const how = process.argv[2]

const ends: Record<string, (remove: () => Promise<void>) => unknown> = {
  'ends by itself': () => undefined,
  'calls process.exit': () => process.exit(0),
  throws: () => {
    throw new Error('as told')
  },
  removes: (remove) => remove().then(() => writeSync(1, 'removed\n')),
  'stays in a worker': () => setInterval(() => undefined, 1000),
}

function watch(sliceMs: number): void {
  const memory = createSealedMemfd('exit', 4096)
  const mapping = MemoryMapping.map(memory.fd, 4096)
  const watcher = new FutexWatcher({ sliceMs })
  const id = watcher.add({ wordAddress: mapping.address, positionAddress: mapping.address + 256n })
  watcher.arm(id, 0, () => writeSync(1, 'woken\n'))
  const word = new Int32Array(mapping.buffer)
  const look = setInterval(() => {
    if (Atomics.load(word, 0) !== 1) return
    clearInterval(look)
    // Armed, and in the kernel by the time this fires.
    setTimeout(() => {
      writeSync(1, 'armed\n')
      ends[isMainThread ? (how ?? '') : 'stays in a worker']?.(() => watcher.remove(id))
    }, 50)
  }, 1)
}

if (isMainThread && how === 'terminates a worker') {
  // No exit hook runs in a worker that is terminated: here the slice is what ends it.
  const worker = new Worker(fileURLToPath(import.meta.url))
  setTimeout(() => worker.terminate().then(() => writeSync(1, 'terminated\n')), 1000)
} else watch(isMainThread ? hourMs : 200)
