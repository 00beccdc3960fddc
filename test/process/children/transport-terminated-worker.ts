// Ends a worker thread that blocks in the handshake, and tells when that is done. Arguments: what it blocks in, the path.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { connectLinkSync } from '../../../src/transport/connector.js'
import { listenLinkSync } from '../../../src/transport/listener.js'

if (isMainThread) {
  const [, , task, path] = process.argv
  const worker = new Worker(new URL(import.meta.url), { workerData: { task, path } })
  worker.on('message', async () => {
    await worker.terminate()
    console.log('terminated')
  })
} else {
  const { task, path } = workerData as { task: string; path: string }
  parentPort?.postMessage('blocking')
  if (task === 'listen') listenLinkSync(path, [4096], { role: 'consumer' })
  else connectLinkSync(path, 1, { role: 'producer', waitForListenerMs: 1e9 })
}
