import type { Bus } from '../../src/index.js'
import type { Side } from '../harness/side.js'

/** What the tasks use of the sending end, of a Bus or a ThreadBus. */
export type Tx = Pick<Bus, 'send' | 'sendSync' | 'trySend' | 'trySendZeroCopy' | 'cork' | 'uncork' | 'close'>
/** What the tasks use of the receiving end. */
export type Rx = Pick<Bus, 'recv' | 'recvSync' | 'consume' | 'tryRecvZeroCopy' | 'close' | typeof Symbol.asyncIterator>

/** A bus each way, as one side holds them: it sends into one and receives from the other. */
export interface BusEnds {
  readonly tx: Tx
  readonly rx: Rx
}

export function sideOf(tasks: Side['tasks'], { tx, rx }: BusEnds): Side {
  return {
    tasks,
    close() {
      tx.close()
      rx.close()
    },
  }
}
