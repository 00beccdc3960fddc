import type { FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { BusProducer } from '../index.js'
import { ChunkCutter } from './chunk-cutter.js'
import { suitableChunkBytes } from './chunk-size.js'
import { LineSplitter } from './line-splitter.js'

/** Where messages come from. Delivers them in order; the signal ends it, with its reason. */
export type Source = (bus: BusProducer, typeId: number, signal: AbortSignal) => Promise<void>

/** One message. */
export function textSource(text: string): Source {
  return (bus, typeId, signal) => bus.send(Buffer.from(text), typeId, { signal })
}

/** A message a line, byte for byte. */
export function lineSource(input: Readable): Source {
  return async (bus, typeId, signal) => {
    const splitter = new LineSplitter(bus.maxPayloadBytes)
    for await (const bytes of bytesOf(input, signal)) await sendTogether(bus, splitter.push(bytes), typeId, signal)
    await sendTogether(bus, splitter.end(), typeId, signal)
  }
}

/** The bytes of a stream. @param chunkBytes of a message, but for the last; unless given, bytes are sent as they come */
export function streamSource(input: Readable, chunkBytes: number | undefined): Source {
  return async (bus, typeId, signal) => {
    if (chunkBytes !== undefined) refuseUnlessFits(bus, chunkBytes)
    const held = chunkBytes === undefined ? undefined : new ChunkCutter(chunkBytes)
    for await (const bytes of bytesOf(input, signal)) {
      await sendTogether(bus, held?.push(bytes) ?? cut(bytes, suitableChunkBytes(bus)), typeId, signal)
    }
    if (held !== undefined) await sendTogether(bus, held.end(), typeId, signal)
  }
}

/** Below this many bytes a message costs less than a read of its own. */
const leastReadBytes = 2 ** 15

/** The bytes of a file. @param chunkBytes of a message, but for the last; what suits the ring unless given */
export function fileSource(file: FileHandle, chunkBytes: number | undefined): Source {
  return async (bus, typeId, signal) => {
    const size = chunkBytes ?? suitableChunkBytes(bus)
    refuseUnlessFits(bus, size)
    if (size < leastReadBytes) await sendFromPages(file, size, bus, typeId, signal)
    else await sendFromSlots(file, size, bus, typeId, signal)
  }
}

/** Reads the file straight into the ring. */
async function sendFromSlots(
  file: FileHandle,
  size: number,
  bus: BusProducer,
  typeId: number,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const slot = await bus.sendZeroCopy(size, typeId, { signal })
    const { bytesRead } = await file.read(slot.bytes, 0, size)
    // The bus may have ended meanwhile, and the slot with it: the signal's reason says how.
    signal.throwIfAborted()
    if (bytesRead === 0) return slot.rollback()
    slot.commit(bytesRead)
  }
}

/** Reads many small messages at once. */
async function sendFromPages(
  file: FileHandle,
  size: number,
  bus: BusProducer,
  typeId: number,
  signal: AbortSignal,
): Promise<void> {
  const page = new Uint8Array(size * Math.ceil(leastReadBytes / size))
  for (;;) {
    const { bytesRead } = await file.read(page, 0, page.byteLength)
    if (bytesRead === 0) return
    await sendTogether(bus, cut(page.subarray(0, bytesRead), size), typeId, signal)
  }
}

/** Sends what came together so that it becomes visible together. What waits for room holds nothing back. */
async function sendTogether(
  bus: BusProducer,
  payloads: Iterable<Uint8Array>,
  typeId: number,
  signal: AbortSignal,
): Promise<void> {
  using _corked = bus.corked()
  for (const payload of payloads) if (!bus.trySend(payload, typeId)) await bus.send(payload, typeId, { signal })
}

/** Has the bus say so before anything is read that it could not send. */
function refuseUnlessFits(bus: BusProducer, size: number): void {
  bus.trySendZeroCopy(size)?.rollback()
}

function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += size) yield bytes.subarray(start, start + size)
}

async function* bytesOf(input: Readable, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const abort = () => input.destroy(signal.reason as Error)
  signal.throwIfAborted()
  signal.addEventListener('abort', abort)
  try {
    yield* input
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
