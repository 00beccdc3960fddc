import { readFileSync, readSync, writeSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createSealedMemfd, MemoryMapping, SystemCallError } from '../../../ffi/index.js'
import { spawnProgram } from '../../support/child.js'
import { bundleProgram } from '../../support/ffi-program.js'
import { mappedRanges, rangeAt } from '../../support/process-resources.js'

function byteInFile(fd: number, position: number): number | undefined {
  const bytes = Buffer.alloc(1)
  readSync(fd, bytes, 0, 1, position)
  return bytes[0]
}

/** What /proc/self/smaps says about the range that begins at an address. */
function smaps(address: bigint): string {
  const ranges = readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)
  return ranges.find((text) => text.startsWith(`${address.toString(16).padStart(8, '0')}-`)) ?? ''
}

function residentKiB(mapping: MemoryMapping): number {
  return Number(/^Rss: +(\d+) kB/m.exec(smaps(mapping.address))?.[1])
}

describe('MemoryMapping.map', () => {
  it('shares the file: both ways, and with another mapping', () => {
    using memory = createSealedMemfd('shared', 8192)
    using one = MemoryMapping.map(memory.fd, 8192)
    using other = MemoryMapping.map(memory.fd, 8192)
    expect(one.buffer.byteLength).toBe(8192)
    expect(one.lengthBytes).toBe(8192)
    new Uint8Array(one.buffer)[5000] = 42
    expect(new Uint8Array(other.buffer)[5000]).toBe(42)
    expect(byteInFile(memory.fd, 5000)).toBe(42)
    writeSync(memory.fd, Buffer.from([7]), 0, 1, 1)
    expect(new Uint8Array(one.buffer)[1]).toBe(7)
    Atomics.add(new Int32Array(one.buffer), 10, 3)
    expect(Atomics.load(new Int32Array(other.buffer), 10)).toBe(3)
  })

  it('lives on when the descriptor is closed', () => {
    const memory = createSealedMemfd('closed', 4096)
    using mapping = MemoryMapping.map(memory.fd, 4096)
    memory.close()
    new Uint8Array(mapping.buffer)[0] = 1
    expect(new Uint8Array(mapping.buffer)[0]).toBe(1)
  })

  it('is not inherited by forks', () => {
    using memory = createSealedMemfd('dontfork', 4096)
    using mapping = MemoryMapping.map(memory.fd, 4096)
    expect(rangeAt(mapping.address)?.access).toBe('rw-s')
    expect(smaps(mapping.address)).toMatch(/^VmFlags:.* dc\b/m)
  })

  it('maps read-only when asked to', () => {
    using memory = createSealedMemfd('read-only', 8192)
    using mapping = MemoryMapping.map(memory.fd, 8192, { readOnly: true })
    expect(rangeAt(mapping.address)?.access).toBe('r--s')
    mapping.populate(0, 8192)
    writeSync(memory.fd, Buffer.from([9]), 0, 1, 0)
    expect(new Uint8Array(mapping.buffer)[0]).toBe(9)
  })

  it('throws for a descriptor that cannot be mapped, and for lengths that no buffer has', () => {
    expect(() => MemoryMapping.map(-1, 4096)).toThrow(expect.objectContaining({ syscall: 'mmap', code: 'EBADF' }))
    using memory = createSealedMemfd('lengths', 4096)
    for (const length of [0, -1, 1.5, Number.NaN, 2 ** 33]) {
      expect(() => MemoryMapping.map(memory.fd, length)).toThrow(RangeError)
    }
  })
})

describe('MemoryMapping.populate', () => {
  it('gives a part its memory, whether or not it begins at a page', () => {
    using memory = createSealedMemfd('populate', 1 << 20)
    using mapping = MemoryMapping.map(memory.fd, 1 << 20)
    expect(residentKiB(mapping)).toBe(0)
    const canPopulate = mapping.populate((1 << 19) + 100, 8192)
    expect(residentKiB(mapping)).toBeGreaterThanOrEqual(12)
    expect(mapping.populate(0, 1 << 20)).toBe(canPopulate)
    expect(residentKiB(mapping)).toBe(1024)
  })

  it('refuses a part that is not inside the mapping', () => {
    using memory = createSealedMemfd('outside', 4096)
    using mapping = MemoryMapping.map(memory.fd, 4096)
    expect(() => mapping.populate(1, 4096)).toThrow('4096 bytes at 1 end behind the mapping of 4096 bytes')
    expect(() => mapping.populate(-1, 10)).toThrow(RangeError)
    expect(() => mapping.populate(0, Number.NaN)).toThrow(RangeError)
  })

  it('throws where a touch would have killed the process', () => {
    // The file is shorter than the mapping: its second page has no memory behind it.
    using memory = createSealedMemfd('short', 4096)
    using mapping = MemoryMapping.map(memory.fd, 8192)
    expect(() => mapping.populate(0, 8192)).toThrow(
      expect.objectContaining({ name: 'SystemCallError', syscall: 'madvise', code: 'EFAULT' }),
    )
  })

  it('does nothing after release', () => {
    using memory = createSealedMemfd('late', 4096)
    const mapping = MemoryMapping.map(memory.fd, 4096)
    mapping.release()
    mapping.populate(0, 4096)
    mapping.bindToNumaNode(0)
    expect(mapping.released).toBe(true)
  })
})

describe('MemoryMapping.bindToNumaNode', () => {
  it('binds to node 0, where the system lets programs choose', () => {
    using memory = createSealedMemfd('numa', 1 << 20)
    using mapping = MemoryMapping.map(memory.fd, 1 << 20)
    const policies = '/proc/self/numa_maps'
    try {
      mapping.bindToNumaNode(0)
    } catch (error) {
      // Kernels without nodes, and containers that forbid it.
      expect(error).toBeInstanceOf(SystemCallError)
      expect(['ENOSYS', 'EPERM']).toContain((error as SystemCallError).code)
      return
    }
    mapping.populate(0, 1 << 20)
    const line = new RegExp(`^0*${mapping.address.toString(16)} .*`, 'm').exec(readFileSync(policies, 'utf8'))
    expect(line?.[0]).toMatch(/ bind:0 /)
  })

  it('refuses a node that is not there, and what is no node', () => {
    using memory = createSealedMemfd('no-node', 4096)
    using mapping = MemoryMapping.map(memory.fd, 4096)
    expect(() => mapping.bindToNumaNode(1000)).toThrow(SystemCallError)
    for (const node of [-1, 0.5, 1024, Number.NaN]) expect(() => mapping.bindToNumaNode(node)).toThrow(RangeError)
  })
})

describe('MemoryMapping.release', () => {
  it('leaves kept views alive, reading zeros, and the file as it was', () => {
    using memory = createSealedMemfd('released', 8192)
    const mapping = MemoryMapping.map(memory.fd, 8192)
    const view = new Uint8Array(mapping.buffer)
    view.fill(7)
    mapping.release()
    expect(mapping.released).toBe(true)
    expect(view.every((byte) => byte === 0)).toBe(true)
    view.fill(9)
    expect(view[8191]).toBe(9)
    expect(byteInFile(memory.fd, 0)).toBe(7)
    expect(byteInFile(memory.fd, 8191)).toBe(7)
  })

  it('lets go of the file at once', () => {
    using memory = createSealedMemfd('let-go', 4096)
    const mapping = MemoryMapping.map(memory.fd, 4096)
    expect(mappedRanges().filter(({ file }) => file.includes('let-go'))).toHaveLength(1)
    mapping.release()
    expect(mappedRanges().filter(({ file }) => file.includes('let-go'))).toHaveLength(0)
    expect(rangeAt(mapping.address)?.access).toBe('rw-p')
  })

  it('happens once: what is written between two calls stays', () => {
    using memory = createSealedMemfd('twice', 4096)
    const mapping = MemoryMapping.map(memory.fd, 4096)
    mapping.release()
    const view = new Uint8Array(mapping.buffer)
    view[3] = 5
    mapping.release()
    expect(view[3]).toBe(5)
  })

  it('happens at the end of a scope', () => {
    using memory = createSealedMemfd('scope', 4096)
    let kept: MemoryMapping | undefined
    {
      using mapping = MemoryMapping.map(memory.fd, 4096)
      kept = mapping
    }
    expect(kept.released).toBe(true)
  })

  it('gives the range back when the buffer and all its views are gone, and not before', async () => {
    const program = await bundleProgram('collect-mapping')
    const child = spawnProgram(process.execPath, ['--expose-gc', program])
    expect(await child.json()).toEqual({
      whileViewIsKept: 'mapped',
      afterViewIsGone: 'unmapped',
      neverReleased: 'unmapped',
      rangesLeftOf200: 0,
    })
    expect(await child.exited).toMatchObject({ code: 0, stderr: '' })
  })
})
