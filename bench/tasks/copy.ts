import type { TaskInput } from '../harness/channel.js'
import { messageBytes, StampedMessage, verify } from '../harness/message.js'
import type { Side } from '../harness/side.js'

/** Copies follow each other through this much memory, as messages do through a ring. */
const areaBytes = 1 << 20

/** @returns copies a second */
function copies({ count, sizeBytes = messageBytes }: TaskInput): number {
  const message = new StampedMessage(sizeBytes)
  const area = Buffer.alloc(Math.max(areaBytes, 2 * sizeBytes))
  const began = performance.now()
  let at = 0
  for (let index = 0; index < count; index++) {
    at = at + 2 * sizeBytes > area.byteLength ? 0 : at + sizeBytes
    message.stamp(index)
    message.bytes.copy(area, at)
  }
  const elapsedMs = performance.now() - began
  verify(area.subarray(at, at + sizeBytes), sizeBytes, count - 1, true)
  return (count * 1e3) / elapsedMs
}

/** `copy`: what the near side could do alone; the far side has nothing to do. */
export const nearCopies: Side['tasks'] = { copy: copies }
export const farCopies: Side['tasks'] = { copy: () => undefined }
