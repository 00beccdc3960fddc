// crash.mjs
import { Bus } from 'ringway'

const bus = await Bus.connect('/tmp/ringway-guide.sock', { waitForListenerMs: 10_000 })
await bus.send(Buffer.from('my last words'), 7)
process.kill(process.pid, 'SIGKILL')
