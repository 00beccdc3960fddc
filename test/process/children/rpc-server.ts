// A server that answers: 1 echoes, 2 never answers, 3 answers after as many milliseconds as the first byte says. Arguments: path.
// Prints a JSON line when clients can connect, and one for each line that it is told: what it has open.
import { readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { RpcServer } from '../../../src/rpc.js'
import { mappedRings } from '../../support/rings-mapped.js'

const [path = ''] = process.argv.slice(2)
const server = await RpcServer.listen(
  path,
  {
    1: (bytes: Uint8Array) => bytes,
    2: () => new Promise<never>(() => undefined),
    3: async (bytes: Uint8Array) => {
      await sleep(bytes[0])
      return bytes
    },
  },
  { capacityBytes: 65536, maxConcurrent: 2000 },
)

function print(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

print({ listening: true })
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'close') break
  print({
    clients: server.clientCount,
    running: server.runningCalls,
    rings: mappedRings().length,
    descriptors: readdirSync('/proc/self/fd').length,
  })
}
// An input that may bring more keeps a process alive too.
process.stdin.destroy()
server.close()
await server.closed
