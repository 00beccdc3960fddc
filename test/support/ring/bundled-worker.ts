import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { buildSync } from 'esbuild'

/** Starts a TypeScript file of this folder, with what it imports, as a worker thread on whichever Node runs the test. */
export function startBundledWorker(fileName: string, workerData: unknown): Worker {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL(fileName, import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    write: false,
  })
  return new Worker(outputFiles[0]?.text ?? '', { eval: true, workerData })
}

/** @returns the one message the worker sends; rejects when it fails or ends without one */
export function answerOf<T>(worker: Worker): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the worker ended with ${code} and no answer`)))
  })
}
