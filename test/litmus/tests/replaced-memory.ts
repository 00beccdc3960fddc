import { createSealedMemfd, MemoryMapping } from '../../../ffi/index.js'
import { exchangeIf, glance, loadAcquire, storeRelease, storeReleaseLong } from '../../../src/ring/atomics.js'
import { cell } from '../arena.js'
import type { Counts, Litmus, Role } from '../litmus.js'

const mappedBytes = 65_536
const inFile = 0x0101_0101
const ours = 0x0202_0202
const callsWhileMapped = 3000

/** Everything the library does to a ring's memory, in one function that V8 compiles for one buffer after the other. */
function useAll(words: Int32Array, longs: BigInt64Array, bytes: Uint8Array, view: DataView, expected: number): boolean {
  const seen =
    glance(words, 1) === expected && loadAcquire(words, 2) === expected && view.getInt32(12, true) === expected
  const copied = bytes.subarray(16, 20)[0] === (expected & 0xff)
  storeRelease(words, 8, ours)
  storeReleaseLong(longs, 5, 1n)
  exchangeIf(words, 12, 0, ours)
  bytes.copyWithin(128, 0, 16)
  bytes.set([1, 2, 3], 256)
  words.fill(ours, 80, 84)
  return seen && copied && words.length === mappedBytes / 4 && bytes.length === mappedBytes
}

/** As a bus does at its end: the same thread goes on using its views, which V8 may know by their addresses. */
const releaser: Role = ({ budgetMs }): Counts => {
  const file = createSealedMemfd('litmus-replaced', mappedBytes)
  const other = MemoryMapping.map(file.fd, mappedBytes)
  const kept = new Int32Array(other.buffer)
  const counts = { 'reads zeros': 0, 'reads something else': 0, 'writes reach the file': 0 }
  const untilMs = performance.now() + budgetMs
  while (performance.now() < untilMs) {
    const mapping = MemoryMapping.map(file.fd, mappedBytes)
    const { buffer } = mapping
    const words = new Int32Array(buffer)
    const longs = new BigInt64Array(buffer)
    const bytes = new Uint8Array(buffer)
    const view = new DataView(buffer)
    words.fill(inFile, 0, 8)
    let right = true
    for (let call = 0; call < callsWhileMapped; call++) right = useAll(words, longs, bytes, view, inFile) && right
    kept.fill(inFile)
    mapping.release()
    for (let call = 0; call < callsWhileMapped; call++) right = useAll(words, longs, bytes, view, 0) && right
    if (right) counts['reads zeros']++
    else counts['reads something else']++
    if (!kept.every((word) => word === inFile)) counts['writes reach the file']++
  }
  other.release()
  file.close()
  return counts
}

export const replacedMemory: Litmus = {
  name: 'replaced memory',
  claim:
    'Views outlive the mapping under them: once it is replaced they read zeros, keep their length, and write to nobody',
  reliedOnIn: ['ffi/memory-mapping.ts', 'src/transport/region.ts'],
  between: 'nobody',
  roles: [releaser],
  variants: [
    {
      name: 'MAP_FIXED',
      kind: 'claim',
      errors: ['reads something else', 'writes reach the file'],
      needs: ['reads zeros'],
      share: 0.6,
    },
  ],
}

const pageBytes = 4096

/** What becomes of a buffer when it is transferred: mapped memory must not move. */
function transfers(buffer: ArrayBuffer): boolean {
  try {
    structuredClone(buffer, { transfer: [buffer] })
  } catch {
    return false
  }
  return buffer.byteLength === 0
}

const looker: Role = ({ arena, budgetMs }): Counts => {
  const { mapping, words, longs } = arena
  if (mapping === undefined) throw new Error('nothing is mapped')
  const counts = { stays: 0, 'can be detached': 0, 'begins inside a page': 0, 'can be waited on': 0 }
  const untilMs = performance.now() + Math.min(budgetMs, 100)
  while (performance.now() < untilMs) {
    if (transfers(mapping.buffer) || words.length === 0 || longs.length === 0) counts['can be detached']++
    else if (mapping.address % BigInt(pageBytes) !== 0n) counts['begins inside a page']++
    else if (canBeWaitedOn(words)) counts['can be waited on']++
    else counts.stays++
  }
  return counts
}

function canBeWaitedOn(words: Int32Array): boolean {
  try {
    Atomics.wait(words, cell.x, 1, 0)
    return true
  } catch {
    return false
  }
}

export const mappedBuffers: Litmus = {
  name: 'mapped buffers',
  claim:
    'A mapped buffer cannot be detached, begins at a page and so aligns its words, and is nothing for Atomics.wait',
  reliedOnIn: ['ffi/memory-mapping.ts', 'src/ring/ring-memory.ts', 'src/transport/native-sleeper.ts'],
  between: 'nobody',
  roles: [looker],
  variants: [
    {
      name: 'koffi.view',
      kind: 'claim',
      errors: ['can be detached', 'begins inside a page', 'can be waited on'],
      share: 0.2,
    },
  ],
}
