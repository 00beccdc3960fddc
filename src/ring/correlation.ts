import { CORRELATION_OFFSET } from './record-descriptor.js'

const high = 0x1_0000_0000
/** Above this high half an id is no safe integer. */
const safeHigh = 0x20_0000

/** Ids are numbers where those are exact, up to 2^53 − 1, and bigints beyond. */
export type CorrelationId = number | bigint

/** @param header index of the record's first word */
export function writeCorrelation(words: Int32Array, header: number, id: CorrelationId): void {
  const low = header + (CORRELATION_OFFSET >>> 2)
  if (typeof id === 'number') {
    words[low] = id
    // Nearly always 0: a division takes longer than the rest.
    words[low + 1] = id >>> 0 === id ? 0 : id / high
  } else {
    words[low] = Number(BigInt.asIntN(32, id))
    words[low + 1] = Number(BigInt.asIntN(32, id >> 32n))
  }
}

/** Reads each half once: what comes back is what the caller has, whatever the peer does to the words meanwhile. */
export function readCorrelation(words: Int32Array, header: number): CorrelationId {
  const low = (words[header + (CORRELATION_OFFSET >>> 2)] as number) >>> 0
  const upper = (words[header + (CORRELATION_OFFSET >>> 2) + 1] as number) >>> 0
  if (upper === 0) return low
  return upper < safeHigh ? upper * high + low : (BigInt(upper) << 32n) | BigInt(low)
}
