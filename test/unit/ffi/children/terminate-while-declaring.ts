/** Terminates workers while koffi makes functions for them, or in the moments in between. */
import { fileURLToPath } from 'node:url'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { bind } from '../../../../ffi/libc/library.js'

/** Some get away: on Node 22 three of ten. */
const workers = 40

if (isMainThread) {
  for (let i = 0; i < workers; i++) {
    const begun = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: begun })
    Atomics.wait(begun, 0, 0)
    await worker.terminate()
  }
  console.log('all got away')
} else {
  for (;;) {
    bind('getpid', 'int', [])
    Atomics.store(workerData, 0, 1)
    Atomics.notify(workerData, 0)
  }
}
