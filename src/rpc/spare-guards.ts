import type { CorrelatedMessage } from '../bus/message.js'
import { RxGuard } from '../bus/rx-guard.js'
import { SlotViews } from '../bus/slot-views.js'
import { TxGuard } from '../bus/tx-guard.js'
import type { CorrelationId } from '../ring/correlation.js'

/** More slots than views are kept of: this memory is used once. */
const unkept = Number.POSITIVE_INFINITY

/** A guard over a message of our own, whose slot was given back long ago. */
export function guardOver({ data, typeId, correlationId }: CorrelatedMessage): RxGuard {
  const owner = { views: new SlotViews(data.buffer, unkept), commitSlot: () => undefined }
  return new RxGuard(owner, data.byteOffset, data.byteLength, typeId, correlationId)
}

/** A slot in memory of our own, for what cannot be written into the ring now. @param send is given what was committed */
export function spareSlot(
  maxBytes: number,
  typeId: number,
  id: CorrelationId,
  send: (bytes: Uint8Array) => void,
): TxGuard {
  const bytes = new Uint8Array(maxBytes)
  const owner = {
    views: new SlotViews(bytes.buffer, unkept),
    commitSlot: (size: number) => send(bytes.subarray(0, size)),
    rollbackSlot: () => undefined,
  }
  return new TxGuard(owner, 0, maxBytes, typeId, id)
}
