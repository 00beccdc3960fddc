import type { BusProducer } from '../index.js'

const recordHeaderBytes = 64
/** Beyond this, larger messages are no faster: they leave the processor's cache before they are read. */
const largestBytes = 2 ** 18
/** So many chunks in the ring let both sides work at the same time. */
const chunksPerRing = 3

/** The size of message in which a long stream of bytes is best sent through this ring. */
export function suitableChunkBytes(bus: Pick<BusProducer, 'capacityBytes' | 'maxPayloadBytes'>): number {
  const { capacityBytes, maxPayloadBytes } = bus
  const share = capacityBytes / chunksPerRing - recordHeaderBytes
  // A power of two keeps a file's reads aligned.
  const aligned = 2 ** Math.floor(Math.log2(Math.max(share, recordHeaderBytes)))
  // A small ring of a stock listener is sure to take nothing: the bus says so of the first byte.
  return Math.max(1, Math.min(aligned, maxPayloadBytes, largestBytes))
}
