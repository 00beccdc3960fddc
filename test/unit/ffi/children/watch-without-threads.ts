/** Watches where a worker thread cannot be started, and where it breaks. */
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { createSealedMemfd, FutexWatcher, MemoryMapping } from '../../../../ffi/index.js'

const threads = createRequire(import.meta.url)('node:worker_threads') as { Worker: unknown }
const { Worker } = threads as { Worker: new (source: string, options: object) => object }

const memory = createSealedMemfd('no-threads', 4096)
const mapping = MemoryMapping.map(memory.fd, 4096)
const position = new Int32Array(mapping.buffer, 256, 1)
const keepAlive = setInterval(() => undefined, 1000)

function startWith(WorkerInstead: unknown): FutexWatcher {
  threads.Worker = WorkerInstead
  syncBuiltinESMExports()
  return new FutexWatcher()
}

async function wakeOnce(watcher: FutexWatcher): Promise<number> {
  const id = watcher.add({ wordAddress: mapping.address, positionAddress: mapping.address + 256n })
  const seen = Atomics.load(position, 0)
  const woken = new Promise<void>((resolve) => watcher.arm(id, seen, resolve))
  setTimeout(() => Atomics.add(position, 0, 64), 300)
  await woken
  return id
}

const refusing = startWith(function refuse() {
  throw new Error('no threads here')
})
await refusing.remove(await wakeOnce(refusing))
console.log('refused: woken')

const breaking = startWith(
  class extends Worker {
    constructor(_source: string, options: object) {
      super('throw new Error("broken")', options)
    }
  },
)
const id = await wakeOnce(breaking)
await breaking.remove(id)
console.log('broken: woken, removed')
clearInterval(keepAlive)
