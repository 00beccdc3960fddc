// A client that keeps calls under way until it is killed, or until it is told to stop. Arguments: path, calls in flight.
// Prints a JSON line when its first calls were answered, and one at its end.
import { RpcClient } from '../../../src/rpc.js'

const [path = '', inFlight = '8'] = process.argv.slice(2)
using client = await RpcClient.connect(path, { waitForListenerMs: 20_000 })

let count = 0
let wrong = 0
let stopped = false
process.stdin.once('data', () => {
  stopped = true
})

function print(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

/** Some calls are long enough to be under way whenever the process is killed. */
async function callOnAndOn(worker: number): Promise<void> {
  for (let round = 0; !stopped; round++) {
    const payload = new Uint8Array(1 + ((round * 7 + worker) % 500)).fill(round + worker)
    const reply = await client.call(round % 50 === 0 ? 3 : 1, round % 50 === 0 ? payload.fill(worker % 5) : payload)
    if (Buffer.compare(reply, payload) !== 0) wrong++
    if (++count === 100) print({ calling: true })
  }
}

await Promise.all(Array.from({ length: Number(inFlight) }, (_, worker) => callOnAndOn(worker)))
print({ count, wrong })
process.stdin.destroy()
