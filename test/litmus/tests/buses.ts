import { join } from 'node:path'
import { Bus, type BusConsumer, type BusProducer } from '../../../src/index.js'
import { formatRing } from '../../../src/ring/arena-header.js'
import { DATA_OFFSET } from '../../../src/ring/ring-descriptor.js'
import { ThreadBus } from '../../../src/threads.js'
import { arenaBytes, cell } from '../arena.js'
import type { Counts, Litmus, Role, Side } from '../litmus.js'
import { awaitWord } from '../pace.js'

const capacityBytes = 1 << 16
const listening = 1
/** Lengths of messages in turn, bytes: by words and by `set`, with skip markers at the ring's end. */
const lengths = [32, 64, 200, 4096, 12]
const looksAtTheClock = 64

type Consumer = BusConsumer | ThreadBus
type Producer = BusProducer | ThreadBus

/** Message `index` says which it is at both ends, and its length follows. */
function stamp(message: Int32Array, index: number): void {
  message[0] = index
  message[message.length - 1] = ~index
}

function isStamped(data: Uint8Array, index: number): boolean {
  if (data.length !== lengths[index % lengths.length]) return false
  const words = new Int32Array(data.buffer, data.byteOffset, data.length / 4)
  return words[0] === index && words[words.length - 1] === ~index
}

/** Sends until its time is over. */
async function produce(bus: Producer, { budgetMs, variant }: Side): Promise<void> {
  const messages = lengths.map((length) => new Int32Array(length / 4))
  const untilMs = performance.now() + budgetMs
  for (let index = 0; index % looksAtTheClock !== 0 || performance.now() < untilMs; index++) {
    const message = messages[index % messages.length] as Int32Array
    stamp(message, index)
    if (variant === 'blocking') bus.sendSync(message, index)
    else await bus.send(message, index)
  }
  bus.close()
}

async function consume(bus: Consumer, { variant }: Side): Promise<Counts> {
  const counts = { right: 0, wrong: 0 }
  for (let index = 0; ; index++) {
    const message = variant === 'blocking' ? bus.recvSync() : await bus.recv()
    if (message === undefined) break
    if (isStamped(message.data, index) && message.typeId === index) counts.right++
    else counts.wrong++
  }
  bus.close()
  return counts
}

const listener: Role = async (side) => {
  const onListening = (): void => void Atomics.store(side.arena.words, cell.flag, listening)
  return consume(await Bus.listen(join(side.folder, 'bus'), capacityBytes, { onListening, role: 'consumer' }), side)
}

const connector: Role = async (side) => {
  awaitWord(side.arena.words, cell.flag, listening)
  await produce(await Bus.connect(join(side.folder, 'bus'), { role: 'producer' }), side)
  return {}
}

const claim = { kind: 'claim', errors: ['wrong'], needs: ['right'] } as const
const variants = [
  { name: 'promises', ...claim },
  { name: 'blocking', ...claim },
]

export const buses: Litmus = {
  name: 'buses',
  claim: 'All of it together: two processes shake hands, and every message arrives once, whole and in order',
  reliedOnIn: ['src/bus/bus.ts'],
  between: 'processes',
  roles: [listener, connector],
  variants,
}

const threadConsumer: Role = async (side) => {
  const { arena } = side
  formatRing(arena.words, arenaBytes - DATA_OFFSET)
  const bus = new ThreadBus(arena.buffer as SharedArrayBuffer, 'consumer')
  Atomics.store(arena.words, ready, listening)
  return consume(bus, side)
}

const threadProducer: Role = async (side) => {
  const { arena } = side
  awaitWord(arena.words, ready, listening)
  await produce(new ThreadBus(arena.buffer as SharedArrayBuffer, 'producer'), side)
  return {}
}

/** In the ring's header, where nothing else is. */
const ready = 48

export const threadBuses: Litmus = {
  name: 'thread buses',
  claim: 'The same between two threads, over a SharedArrayBuffer',
  reliedOnIn: ['src/bus/thread-bus.ts', 'src/transport/thread-link.ts'],
  between: 'threads',
  roles: [threadConsumer, threadProducer],
  variants,
}
