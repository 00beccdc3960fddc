import { setImmediate as turn } from 'node:timers/promises'
import { ErrorCode, RingwayError } from '../../../src/errors.js'
import { DATA_OFFSET } from '../../../src/ring/ring-descriptor.js'
import type { SeededRandom } from '../seeded-random.js'
import { Violation } from './oracle.js'
import type { StageBus } from './stage-link.js'

/** What the live process does with a ring, and what it checks of all that it is given. */
export interface Act {
  readonly bus: StageBus
  readonly random: SeededRandom
  /** Lets changes become visible that the attacker has prepared for this moment. */
  readonly moment: (step: number) => void
  messages: number
}

function checkPlace(act: Act, offset: number, size: number): void {
  const { capacityBytes } = act.bus
  if (offset % 64 !== 0 || offset < 64 || size < 0 || offset + size > capacityBytes) {
    throw new Violation(`a payload at ${offset} of ${size} bytes in a ring of ${capacityBytes}`)
  }
  act.messages++
}

function checkBytes(act: Act, bytes: Uint8Array): void {
  checkPlace(act, bytes.byteOffset - DATA_OFFSET, bytes.length)
}

function checkSize(act: Act, length: number, typeId: number): void {
  if (length > act.bus.capacityBytes - 64) throw new Violation(`a message of ${length} bytes`)
  if (typeId < 0 || typeId > 0xffff_ffff) throw new Violation(`a type of ${typeId}`)
  act.messages++
}

/** No more records at one look than there are slots; and one that was published meanwhile, behind a skip. */
function checkCount(act: Act, count: number): void {
  const most = act.bus.capacityBytes / 64 + 1
  if (count > most) throw new Violation(`${count} records at one look, of ${most}`)
}

type Form = (act: Act) => void | Promise<void>

function tryRecv(act: Act): void {
  for (let count = 1 + act.random.below(16); count > 0; count--) {
    const message = act.bus.tryRecv()
    if (message === undefined) return
    checkSize(act, message.data.length, message.typeId)
  }
}

function guards(act: Act): void {
  for (let count = 1 + act.random.below(16); count > 0; count--) {
    const guard = act.bus.tryRecvZeroCopy()
    if (guard === undefined) return
    checkBytes(act, guard.bytes)
    if (guard.view.byteOffset !== guard.bytes.byteOffset) throw new Violation('view and bytes of a guard differ')
    act.moment(6)
    if (act.random.oneIn(4)) guard.text()
    if (guard.copy().length !== guard.size) throw new Violation('a copy of another size')
    guard.commit()
  }
}

function batch(act: Act): void {
  const most = 1 + act.random.below(40)
  const taken = act.bus.tryDrainBatch(most)
  if (taken === undefined) return
  checkCount(act, taken.length)
  act.moment(6)
  for (const record of taken) {
    checkBytes(act, record.bytes)
    if (act.random.oneIn(8)) record.copy()
  }
  taken.commit()
}

function consume(act: Act): void {
  const most = act.random.oneIn(2) ? Number.POSITIVE_INFINITY : 1 + act.random.below(10)
  const handled = act.bus.consume((view, offset, size) => {
    checkPlace(act, offset, size)
    if (view.byteOffset !== DATA_OFFSET || view.byteLength !== act.bus.capacityBytes)
      throw new Violation('a view of more')
    if (size > 0) view.getUint8(offset + size - 1)
    act.moment(6)
    act.moment(7)
  }, most)
  checkCount(act, handled)
}

function blocking(act: Act): void {
  const message = act.bus.recvSync({ timeoutMs: 0 })
  if (message !== undefined) checkSize(act, message.data.length, message.typeId)
}

function drainBlocking(act: Act): void {
  const taken = act.bus.drainBatchSync(1 + act.random.below(40), { timeoutMs: 0 })
  for (const record of taken ?? []) checkBytes(act, record.bytes)
  taken?.commit()
}

/** Waits until the bell is rung: by then the attacker may have changed anything. */
async function promised(act: Act): Promise<void> {
  const receiving = act.bus.recv()
  receiving.catch(() => undefined)
  act.moment(6)
  await turn()
  act.bus.link.ring()
  if (act.bus.bytesUsed === 0) return
  const message = await Promise.race([receiving, turn()])
  if (message !== undefined) checkSize(act, message.data.length, message.typeId)
}

async function iterated(act: Act): Promise<void> {
  const { bus } = act
  let count = 0
  const loop = (async () => {
    for await (const message of bus) {
      checkSize(act, message.data.length, message.typeId)
      if (++count > 2 * (bus.capacityBytes / 64 + 1)) break
    }
  })()
  loop.catch(() => undefined)
  await turn()
  act.moment(6)
  bus.link.ring()
  await turn()
  bus.close()
  await loop
}

/** The forms that need no turn of the event loop are many times faster, and come as much more often. */
const quickForms: readonly Form[] = [tryRecv, guards, batch, consume, consume, guards, tryRecv, batch]
const slowForms: readonly Form[] = [blocking, drainBlocking, promised, iterated]

export async function actAsConsumer(act: Act): Promise<void> {
  const { bus, random } = act
  const rounds = 1 + random.below(4)
  for (let round = 0; round < rounds; round++) {
    act.moment(round)
    const form = random.oneIn(48) ? random.pick(slowForms) : random.pick(quickForms)
    const running = form(act)
    if (running !== undefined) await running
    if (bus.bytesUsed > bus.capacityBytes) throw new Violation(`${bus.bytesUsed} bytes used`)
  }
}

/** Of a bus that found its ring corrupt: the same error ever after. */
export function checkStaysCorrupt(bus: StageBus, error: RingwayError): void {
  if (bus.state === 'closed') return
  if (bus.state !== 'corrupt') throw new Violation(`the state is ${bus.state} after: ${error.message}`)
  try {
    if (bus.role === 'consumer') bus.tryRecv()
    else bus.trySend(new Uint8Array(1))
  } catch (again) {
    if (again instanceof RingwayError && again.code === ErrorCode.corrupt) return
    throw again
  }
  throw new Violation(`goes on after: ${error.message}`)
}
