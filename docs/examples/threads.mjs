// threads.mjs
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { ThreadBus } from 'ringway/threads'

if (isMainThread) {
  const there = ThreadBus.allocate(64 * 1024)
  const back = ThreadBus.allocate(64 * 1024)
  new Worker(new URL(import.meta.url), { workerData: { there, back } })
  const questions = new ThreadBus(there, 'producer')
  const answers = new ThreadBus(back, 'consumer')
  for (const n of [2, 12, 99]) {
    await questions.send(Uint32Array.of(n))
    const answer = await answers.recv()
    console.log(n, 'squared is', new DataView(answer.data.buffer).getUint32(0, true))
  }
  questions.close()
  answers.close()
} else {
  const questions = new ThreadBus(workerData.there, 'consumer')
  const answers = new ThreadBus(workerData.back, 'producer')
  for (const { data } of questions.messagesSync()) {
    const n = new DataView(data.buffer).getUint32(0, true)
    answers.sendSync(Uint32Array.of(n * n))
  }
  answers.close()
}
