/** Receives more descriptors than this process may open; started with a low `ulimit -n`. */
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  acceptUnix,
  connectUnix,
  listenUnix,
  receiveWithDescriptors,
  sendWithDescriptors,
} from '../../../../ffi/index.js'

const folder = mkdtempSync(join(tmpdir(), 'ringway-'))
const path = join(folder, 'x.sock')
const listener = listenUnix(path, 1)
const near = connectUnix(path)
const far = acceptUnix(listener.fd)
rmSync(folder, { recursive: true })
if (near === undefined || far === undefined) throw new Error('not connected')

const before = readdirSync('/proc/self/fd').length
sendWithDescriptors(near.fd, new Uint8Array(1), new Array<number>(30).fill(0))

// Leave room for three.
const fillers: number[] = []
for (;;) {
  try {
    fillers.push(openSync('/dev/null', 'r'))
  } catch {
    break
  }
}
for (const filler of fillers.splice(-3)) closeSync(filler)
const message = receiveWithDescriptors(far.fd, new Uint8Array(1), 1)
for (const filler of fillers) closeSync(filler)
const kept = message?.descriptors ?? []
for (const descriptor of kept) descriptor.close()

console.log(
  JSON.stringify({
    lengthBytes: message?.lengthBytes,
    kept: kept.length,
    // Two that arrived and were closed, and the news that there were more.
    surplusIsReported: message?.surplusDescriptors === 3,
    leaked: readdirSync('/proc/self/fd').length - before,
  }),
)
