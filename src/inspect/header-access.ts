import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { fileLength, MemoryMapping, readSeals, SEAL_SHRINK } from '../../ffi/index.js'
import { DATA_OFFSET, HEAD_OFFSET, TAIL_OFFSET } from '../ring/ring-descriptor.js'
import { errnoName } from '../transport/system-failure.js'
import { listProc, readProcLink } from './proc-text.js'
import type { CopyHeader } from './ring-header.js'
import type { SharedMapping } from './shared-mapping.js'

/** A way to read a ring's header that cannot write to it. */
export interface HeaderAccess {
  readonly way: 'mapped' | 'read'
  readonly copy: CopyHeader
  /** Whose memory is read, and only for as long as it maps the ring there; undefined for a mapping of our own. */
  readonly through: SharedMapping | undefined
  /** When the memory was made; undefined where the kernel tells only those who may open it. */
  readonly madeMs: number | undefined
  close(): void
}

/** Nobody lets us read: the errno's name of the last way that was tried. */
export interface NoAccess {
  readonly way: 'none'
  readonly refusal: string
}

const headerWords = DATA_OFFSET / Int32Array.BYTES_PER_ELEMENT

/**
 * Finds a way to a ring's header, by any of the processes that map it: its file, opened to read and mapped so; or, where
 * the kernel keeps the file from this user, the words in the process's memory.
 */
export function accessHeader(procFolder: string, mappings: readonly SharedMapping[]): HeaderAccess | NoAccess {
  for (const mapping of mappings) {
    const mapped = mapHeader(procFolder, mapping)
    if (mapped !== undefined) return mapped
  }
  let refusal = 'ENOENT'
  for (const mapping of mappings) {
    const memory = `${procFolder}/${mapping.pid}/mem`
    try {
      readHeader(memory, mapping.start)
      const copy = () => {
        try {
          return readHeader(memory, mapping.start)
        } catch {
          return undefined
        }
      }
      return { way: 'read', copy, through: mapping, madeMs: undefined, close: () => undefined }
    } catch (error) {
      refusal = errnoName(error) ?? String(error)
    }
  }
  return { way: 'none', refusal }
}

/** @returns undefined where the file cannot be opened, or its owner could make it shorter, which would kill who maps it */
function mapHeader(procFolder: string, mapping: SharedMapping): HeaderAccess | undefined {
  const fd = openMappedFile(procFolder, mapping)
  if (fd === undefined) return undefined
  try {
    if (fileLength(fd) < DATA_OFFSET || (readSeals(fd) & SEAL_SHRINK) === 0) return undefined
    const madeMs = fstatSync(fd).ctimeMs
    const header = MemoryMapping.map(fd, DATA_OFFSET, { readOnly: true })
    return { way: 'mapped', copy: () => copyMapped(header), through: undefined, madeMs, close: () => header.release() }
  } catch {
    // Named memory has no seals, and some systems forbid the mapping: reading is left.
    return undefined
  } finally {
    closeSync(fd)
  }
}

function openMappedFile(procFolder: string, { pid, range, file }: SharedMapping): number | undefined {
  const process = `${procFolder}/${pid}`
  const byRange = openToRead(`${process}/map_files/${range}`)
  if (byRange !== undefined) return byRange
  const inode = Number(file.split(' ')[1])
  for (const name of listProc(`${process}/fd`)) {
    const path = `${process}/fd/${name}`
    // Only memory is opened: opening a pipe or a device, even to read, does something to it.
    if (!readProcLink(path)?.startsWith('/memfd:')) continue
    const fd = openToRead(path)
    if (fd === undefined) continue
    if (fstatSync(fd).ino === inode) return fd
    closeSync(fd)
  }
  return undefined
}

function openToRead(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch {
    return undefined
  }
}

function copyMapped(header: MemoryMapping): Int32Array {
  const words = new Int32Array(header.buffer)
  const copy = new Int32Array(headerWords)
  for (let index = 0; index < headerWords; index++) copy[index] = Atomics.load(words, index)
  // Whole positions: two halves, read one after the other, could be of different moments.
  const longs = new BigInt64Array(header.buffer)
  const longCopy = new BigInt64Array(copy.buffer)
  for (const offset of [HEAD_OFFSET, TAIL_OFFSET]) {
    const index = offset / BigInt64Array.BYTES_PER_ELEMENT
    longCopy[index] = Atomics.load(longs, index)
  }
  return copy
}

/** @throws Node's error: EACCES for a process that this user may not trace, ESRCH or EIO for one that is gone */
function readHeader(memoryFile: string, start: bigint): Int32Array {
  const fd = openSync(memoryFile, 'r')
  try {
    const words = new Int32Array(headerWords)
    const length = readSync(fd, words, 0, words.byteLength, start)
    if (length !== words.byteLength)
      throw Object.assign(new Error('the process is gone'), { code: 'ESRCH', syscall: 'read' })
    return words
  } finally {
    closeSync(fd)
  }
}
