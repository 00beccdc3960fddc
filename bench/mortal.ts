/**
 * A process to be watched as it ends. `mortal.js kill PATH COUNT` sends COUNT messages and kills itself at once;
 * `mortal.js exit PATH` waits for a message, and exits a moment later all the same; `mortal.js exit` has no bus. The time of
 * `process.exit()` goes to the standard output, on the clock that all processes of a machine share.
 */
import { Bus } from '../src/index.js'

const settleMs = 100
const [what, path, count = '0'] = process.argv.slice(2)

if (what === 'kill') {
  const bus = Bus.connectSync(path ?? '')
  for (let index = 0; index < Number(count); index++) bus.sendSync(new Uint8Array(32), index)
  process.kill(process.pid, 'SIGKILL')
} else {
  const bus = path === undefined ? undefined : await Bus.connect(path, { role: 'consumer' })
  bus?.recv().catch(() => undefined)
  setTimeout(() => {
    process.stdout.write(`${process.hrtime.bigint()}\n`)
    process.exit()
  }, settleMs)
}
