/** Ends while its watcher thread is in the step that its argument names, and that takes long here. */
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { createSealedMemfd, FutexWatcher, MemoryMapping } from '../../../../ffi/index.js'

const repetitions = 3000
/** A thread that sleeps when the process ends is then noticed. */
const sliceMs = 3_600_000
const threads = createRequire(import.meta.url)('node:worker_threads') as { Worker: unknown }
const { Worker } = threads as { Worker: new (source: string, options: { workerData: object }) => object }
const entered = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))

/** Travels as text: the thread's `require`, whose koffi does many times over what it is asked for once. */
function slowly(load: NodeJS.Require): (name: string) => unknown {
  const { entered, long, repetitions, control, controlWord } = load('node:worker_threads').workerData
  const enter = () => {
    Atomics.store(entered, 0, 1)
    Atomics.notify(entered, 0)
  }
  const often = (call: (...parameters: unknown[]) => unknown) => {
    return (...parameters: unknown[]) => {
      enter()
      for (let i = 0; i < repetitions; i++) call(...parameters)
      return call(...parameters)
    }
  }
  const atomicLoad = Atomics.load as (array: unknown, index: number) => number
  const loadLate = (array: unknown, index: number) => {
    if (array === control && index === controlWord.requests) {
      enter()
      while (atomicLoad(control, controlWord.stop) === 0);
      // The request that tells of it has been counted as well by then.
      Atomics.wait(entered, 0, 1, 50)
    }
    return atomicLoad(array, index)
  }
  const loadNever = (array: unknown, index: number) => {
    enter()
    while (array === control && index === controlWord.requests);
    return atomicLoad(array, index)
  }
  if (long === 'counts requests') Object.assign(Atomics, { load: loadLate })
  if (long === 'hangs') Object.assign(Atomics, { load: loadNever })
  return (name) => {
    const loaded = load(name)
    if (loaded.load === undefined) return loaded
    const library = loaded.load(null)
    const func = long === 'declares' ? often(library.func.bind(library)) : library.func.bind(library)
    return { ...loaded, view: long === 'views' ? often(loaded.view) : loaded.view, load: () => ({ func }) }
  }
}

threads.Worker = class extends Worker {
  constructor(source: string, options: { workerData: object }) {
    const slow = source.replace(/\(require\)$/, `((${slowly.toString()})(require))`)
    super(slow, { ...options, workerData: { ...options.workerData, entered, long: process.argv[2], repetitions } })
  }
}
syncBuiltinESMExports()

const memory = createSealedMemfd('exit', 4096)
const mapping = MemoryMapping.map(memory.fd, 4096)
const watcher = new FutexWatcher({ sliceMs })
const id = watcher.add({ wordAddress: mapping.address, positionAddress: mapping.address + 256n })
watcher.arm(id, 0, () => undefined)
Atomics.wait(entered, 0, 0)
console.log('entered')
process.exit(0)
