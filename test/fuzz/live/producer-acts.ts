import { setImmediate as turn } from 'node:timers/promises'
import { DATA_OFFSET } from '../../../src/ring/ring-descriptor.js'
import type { Act } from './consumer-acts.js'
import { Violation } from './oracle.js'

const payload = new Uint8Array(65_536)

function sizeFor({ bus, random }: Act): number {
  const most = bus.maxPayloadBytes
  return random.oneIn(2) ? random.below(Math.min(most, 130) + 1) : random.below(most + 1)
}

type Form = (act: Act) => void | Promise<void>

function fill(act: Act): void {
  const most = act.bus.capacityBytes / 64
  for (let count = 0; count <= most; count++) {
    if (!act.bus.trySend(payload.subarray(0, sizeFor(act)), act.random.next())) return
    act.messages++
    if (count % 8 === 7) act.moment(6)
  }
  // A tail that moves on makes room again; without one, this is more than the ring holds.
  act.moment(7)
}

function guarded(act: Act): void {
  const size = sizeFor(act)
  const guard = act.bus.trySendZeroCopy(size, 1)
  if (guard === undefined) return
  const { byteOffset, length } = guard.bytes
  const offset = byteOffset - DATA_OFFSET
  if (offset < 64 || offset % 64 !== 0 || offset + length > act.bus.capacityBytes || length < size) {
    throw new Violation(`a claim of ${size} bytes at ${offset}, of ${length}, in a ring of ${act.bus.capacityBytes}`)
  }
  act.moment(6)
  guard.bytes.fill(0xa5)
  if (act.random.oneIn(3)) guard.rollback()
  else guard.commit(act.random.below(size + 1))
  act.messages++
}

function corked(act: Act): void {
  act.bus.cork()
  for (let count = 1 + act.random.below(50); count > 0; count--) {
    if (!act.bus.trySend(payload.subarray(0, act.random.below(32)))) break
    act.messages++
    if (count % 8 === 7) act.moment(6)
  }
  act.moment(7)
  act.bus.uncork()
}

function blocking(act: Act): void {
  act.bus.sendSync(payload.subarray(0, sizeFor(act)), 7, { timeoutMs: 0 })
  act.messages++
}

/** Waits for room until the bell is rung, and no longer. */
async function promised(act: Act): Promise<void> {
  const signal = new AbortController()
  const sending = Array.from({ length: 4 }, () =>
    act.bus.send(payload.subarray(0, sizeFor(act)), 9, { signal: signal.signal }).then(
      () => act.messages++,
      () => undefined,
    ),
  )
  act.moment(6)
  await turn()
  act.bus.link.ring()
  await turn()
  signal.abort()
  await Promise.all(sending)
}

const quickForms: readonly Form[] = [fill, guarded, guarded, corked]
const slowForms: readonly Form[] = [blocking, promised]

export async function actAsProducer(act: Act): Promise<void> {
  const { bus, random } = act
  const rounds = 1 + random.below(4)
  for (let round = 0; round < rounds; round++) {
    act.moment(round)
    const running = (random.oneIn(32) ? random.pick(slowForms) : random.pick(quickForms))(act)
    if (running !== undefined) await running
    if (bus.bytesUsed > bus.capacityBytes) throw new Violation(`${bus.bytesUsed} bytes used`)
  }
}
