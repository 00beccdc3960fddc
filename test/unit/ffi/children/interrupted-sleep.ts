/** Sleeps for 1000 ms in the kernel while its parent sends signals that have a handler here. */
import { mkdtempSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createSealedMemfd,
  futexWait,
  futexWaitv,
  listenUnix,
  MemoryMapping,
  pollReadable,
} from '../../../../ffi/index.js'

let signalsSeen = 0
process.on('SIGUSR2', () => signalsSeen++)

const folder = mkdtempSync(join(tmpdir(), 'ringway-'))
using listener = listenUnix(join(folder, 'x.sock'), 1)
rmSync(folder, { recursive: true })
using memory = createSealedMemfd('interrupted', 4096)
using mapping = MemoryMapping.map(memory.fd, 4096)

const { address } = mapping
const sleeps: Record<string, () => void> = {
  wait: () => futexWait(address, 0, 1000),
  waitv: () => futexWaitv([{ address, expected: 0 }], 1000),
  poll: () => pollReadable(listener.fd, 1000),
}
writeSync(1, 'sleeping\n')
const startedAt = performance.now()
sleeps[process.argv[2] ?? '']?.()
const sleptMs = performance.now() - startedAt
// The handler runs when the event loop turns.
setTimeout(() => {
  console.log(JSON.stringify({ sleptMs, signalsSeen }))
  process.exit()
}, 20)
