import { DATA_OFFSET, MAX_CAPACITY } from '../ring/ring-descriptor.js'

/** Of x64 and arm64. */
const pageSizes = [4096, 16_384, 65_536]
/** Of Tachyon's listeners. */
const leastCapacity = 64

const ringLengths = new Set<number>()
for (let capacity = leastCapacity; capacity <= MAX_CAPACITY; capacity *= 2) {
  for (const page of pageSizes) ringLengths.add(Math.ceil((DATA_OFFSET + capacity) / page) * page)
}

/** Whether a mapping of so many bytes can hold a ring: a header and a power of two, in whole pages. Few others do. */
export function isRingLength(lengthBytes: number): boolean {
  return ringLengths.has(lengthBytes)
}

/** Whether a header that claims this capacity is one of a ring that fits into its mapping. */
export function isCapacityIn(capacityBytes: number, lengthBytes: number): boolean {
  return (
    capacityBytes >= leastCapacity &&
    Number.isInteger(Math.log2(capacityBytes)) &&
    DATA_OFFSET + capacityBytes <= lengthBytes
  )
}
