// Leaves a bus in some state and does nothing more, so that it shows what keeps this process alive. Arguments: path, state.
import { Bus, ThreadBus } from '../../../src/index.js'

const [path = '', state = ''] = process.argv.slice(2)
const quiet = () => undefined
const states: Readonly<Record<string, () => Promise<unknown>>> = {
  async 'thread idle'() {
    return new ThreadBus(ThreadBus.allocate(1024), 'consumer')
  },
  async 'thread waiting'() {
    new ThreadBus(ThreadBus.allocate(1024), 'consumer').recv().catch(quiet)
  },
  async 'thread waiting unref'() {
    new ThreadBus(ThreadBus.allocate(1024), 'consumer').unref().recv().catch(quiet)
  },
  async 'thread waiting, then unref'() {
    const bus = new ThreadBus(ThreadBus.allocate(1024), 'consumer')
    bus.recv().catch(quiet)
    setTimeout(() => bus.unref(), 100)
  },
  async 'thread waiting unref with a time-out'() {
    new ThreadBus(ThreadBus.allocate(1024), 'consumer').unref().recv({ timeoutMs: 1e7 }).catch(quiet)
  },
  async 'thread waiting unref with pureSpin'() {
    new ThreadBus(ThreadBus.allocate(1024), 'consumer', { pureSpin: true }).unref().recv().catch(quiet)
  },
  async 'thread waiting for room'() {
    const bus = new ThreadBus(ThreadBus.allocate(256), 'producer')
    while (bus.trySend(new Uint8Array(1)));
    bus.send(new Uint8Array(1)).catch(quiet)
  },
  async 'thread waiting with a time-out'() {
    const bus = new ThreadBus(ThreadBus.allocate(1024), 'consumer')
    await bus.recv({ timeoutMs: 100 }).catch((error: Error) => console.log(JSON.stringify({ failed: error.name })))
  },
  async 'thread waited'() {
    await new ThreadBus(ThreadBus.allocate(1024), 'consumer').recv({ timeoutMs: 50 }).catch(quiet)
  },
  async 'thread waiting, then closed'() {
    const bus = new ThreadBus(ThreadBus.allocate(1024), 'consumer')
    bus.recv().catch(quiet)
    setTimeout(() => bus.close(), 100)
  },
  async 'thread behind a guard'() {
    const bus = new ThreadBus(ThreadBus.allocate(1024), 'producer')
    bus.trySendZeroCopy(1)
    bus.send(new Uint8Array(1)).catch(quiet)
  },
  async idle() {
    return await Bus.connect(path)
  },
  async corked() {
    const bus = await Bus.connect(path)
    bus.cork()
    for (let index = 0; index < 3; index++) bus.trySend(new Uint8Array(1))
  },
  async 'corked, then fails'() {
    await states['corked']?.()
    process.exitCode = 3
  },
  async waiting() {
    const bus = await Bus.connect(path, { role: 'consumer' })
    bus.recv().catch(quiet)
  },
  async 'waiting unref'() {
    const bus = await Bus.connect(path, { role: 'consumer' })
    bus.unref().recv().catch(quiet)
  },
  async waited() {
    const bus = await Bus.connect(path, { role: 'consumer' })
    await bus.recv({ timeoutMs: 50 }).catch(quiet)
  },
}

await states[state]?.()
console.log(JSON.stringify({ ready: true }))
