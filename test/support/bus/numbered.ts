/** A message that says which one it is. */
export function numbered(index: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(index).buffer)
}

export function numberIn(data: Uint8Array): number {
  return new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(0, true)
}

/** Holds a stream of numbered messages to be whole and in order. */
export class SequenceCheck {
  count = 0
  /** −1: none so far. */
  firstWrong = -1

  take(data: Uint8Array): void {
    this.takeNumber(numberIn(data))
  }

  takeNumber(found: number): void {
    if (found !== this.count && this.firstWrong < 0) this.firstWrong = this.count
    this.count++
  }
}
