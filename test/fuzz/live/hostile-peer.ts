import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { type FileDescriptor, receiveWithDescriptors, sendNow, sendWithDescriptors } from '../../../ffi/index.js'
import { MemoryMapping } from '../../../ffi/memory-mapping.js'
import { formatRing } from '../../../src/ring/arena-header.js'
import { DATA_OFFSET, MARKER_OFFSET } from '../../../src/ring/ring-descriptor.js'
import { RingMemory } from '../../../src/ring/ring-memory.js'
import { encodeGreeting } from '../../../src/transport/greeting.js'
import {
  BELL,
  GOODBYE,
  GREETING_LENGTH,
  MARKER_MAGIC,
  OFFER_LENGTH,
  PROTOCOL_VERSION,
} from '../../../src/transport/handshake-descriptor.js'
import { encodeOffer } from '../../../src/transport/offer.js'
import type { SeededRandom } from '../seeded-random.js'
import { emptyRing, honestStream, spoil, spoilHeaderWord } from './hostile-ring.js'
import type { OddDescriptors } from './odd-descriptors.js'

const extremes = [0, 1, 2, 3, 4, 64, 256, 1024, 1792, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x4000_0000] as const

function send(fd: number, bytes: Uint8Array, descriptors: readonly number[] = []): void {
  try {
    if (bytes.length === 0) return
    if (descriptors.length > 0) sendWithDescriptors(fd, bytes, descriptors)
    else sendNow(fd, bytes)
  } catch {
    // The other side has hung up, as it may.
  }
}

/** Whole, in pieces, cut short, or with more behind it; now or a moment later. */
async function sendOddly(
  random: SeededRandom,
  fd: number,
  bytes: Uint8Array,
  descriptors: readonly number[],
): Promise<void> {
  switch (random.below(12)) {
    case 0:
      send(fd, bytes.subarray(0, random.below(bytes.length)), descriptors)
      return
    case 1: {
      const cut = 1 + random.below(bytes.length - 1)
      const late = random.oneIn(2)
      send(fd, bytes.subarray(0, cut), late ? [] : descriptors)
      if (random.oneIn(4)) await sleep(1)
      else await turn()
      send(fd, bytes.subarray(cut), late ? descriptors : [])
      return
    }
    case 2:
      for (let at = 0; at < bytes.length; at++) send(fd, bytes.subarray(at, at + 1), at === 0 ? descriptors : [])
      return
    case 3:
      send(
        fd,
        Buffer.concat([bytes, Buffer.alloc(random.below(64), random.pick([0, BELL, GOODBYE, 0xff]))]),
        descriptors,
      )
      return
    default:
      send(fd, bytes, descriptors)
  }
}

function greeting(random: SeededRandom, name: 'hello' | 'welcome'): Uint8Array {
  const bytes = encodeGreeting(name, random.oneIn(2) ? 'producer' : 'consumer', random.oneIn(4) ? random.below(6) : 0)
  if (random.oneIn(2)) new DataView(bytes.buffer).setUint32(4 * random.below(4), random.pick(extremes), true)
  return bytes
}

/** What native peers say to each other once they know each other, in an order that makes no sense. */
function chatter(random: SeededRandom): Uint8Array {
  const length = random.oneIn(16) ? 65_536 : random.below(600)
  const kind = random.below(4)
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at++) {
    if (kind === 0) bytes[at] = BELL
    else if (kind === 1) bytes[at] = random.next()
    else bytes[at] = random.oneIn(300) ? GOODBYE : kind === 2 ? BELL : 0
  }
  return bytes
}

/** Memory that a listener may offer: a ring, honest or spoilt, with a marker that may be forged. */
function arenaBytes(random: SeededRandom, capacityBytes: number, native: boolean): Uint8Array {
  const memory = new RingMemory(new ArrayBuffer(DATA_OFFSET + capacityBytes), capacityBytes)
  const words = memory.words
  if (random.oneIn(2)) {
    formatRing(words, capacityBytes)
  } else {
    const stream = honestStream(random, memory, emptyRing(random, memory), random.below(capacityBytes + 1))
    if (random.oneIn(2)) spoil(random, memory, stream)
  }
  if (native) words.set([MARKER_MAGIC, PROTOCOL_VERSION, 1 + random.below(2), 0], MARKER_OFFSET / 4)
  if (random.oneIn(4)) spoilHeaderWord(random, memory)
  return new Uint8Array(words.buffer)
}

function offerOf(random: SeededRandom, capacities: readonly number[]): Uint8Array {
  const offer = encodeOffer(capacities)
  const view = new DataView(offer.buffer)
  for (let changes = random.oneIn(3) ? 1 + random.below(3) : 0; changes > 0; changes--) {
    view.setUint32(4 * random.below(OFFER_LENGTH / 4), random.oneIn(3) ? random.next() : random.pick(extremes), true)
  }
  return offer
}

/** Plays a listener that has accepted a live connector. Owns nothing but what it opens. */
export async function playListener(random: SeededRandom, fd: number, lanes: 1 | 2, odd: OddDescriptors): Promise<void> {
  const capacities = Array.from({ length: lanes }, () => random.pick([128, 256, 1024, 4096]))
  const native = !random.oneIn(3)
  const owned: FileDescriptor[] = []
  const numbers: number[] = []
  const wrongCount = random.oneIn(10) ? random.below(8) : lanes
  for (let at = 0; at < wrongCount; at++) {
    const capacityBytes = capacities[at % lanes] as number
    const bytes = arenaBytes(random, capacityBytes, native)
    const picked = random.oneIn(4) ? odd.pick(random, bytes, capacityBytes) : odd.ring(bytes, capacityBytes)
    if (typeof picked !== 'number') owned.push(picked)
    numbers.push(typeof picked === 'number' ? picked : picked.fd)
  }
  try {
    await sendOddly(random, fd, offerOf(random, capacities), numbers)
  } finally {
    for (const descriptor of owned) descriptor.close()
  }
  if (random.oneIn(8)) return
  // The hello comes in its own time, and so may the welcome: before it as well.
  if (random.oneIn(2)) await turn()
  if (native || random.oneIn(4)) await sendOddly(random, fd, greeting(random, 'welcome'), [])
  if (random.oneIn(3)) await turn()
  if (random.oneIn(2)) send(fd, chatter(random))
}

/** Plays a connector at a live listener, which answers with an offer. */
export async function playConnector(random: SeededRandom, fd: number, odd: OddDescriptors): Promise<void> {
  const early = random.oneIn(6)
  const offer = new Uint8Array(OFFER_LENGTH)
  if (!early) {
    for (let patience = 0; patience < 200; patience++) {
      if (receiveOffer(random, fd, offer)) break
      await (patience < 20 ? turn() : sleep(1))
    }
  }
  if (random.oneIn(16)) return
  const surplus = random.oneIn(10) ? [odd.pick(random, new Uint8Array(DATA_OFFSET), 1024)] : []
  const numbers = surplus.map((one) => (typeof one === 'number' ? one : one.fd))
  try {
    const hello = random.oneIn(12) ? chatter(random).subarray(0, GREETING_LENGTH) : greeting(random, 'hello')
    if (hello.length > 1) await sendOddly(random, fd, hello, numbers)
  } finally {
    for (const one of surplus) if (typeof one !== 'number') one.close()
  }
  if (random.oneIn(2)) await turn()
  if (random.oneIn(2)) send(fd, chatter(random))
  if (random.oneIn(4)) await turn()
}

/** Takes the offer, and spoils the rings that came with it while the listener waits for the hello. */
function receiveOffer(random: SeededRandom, fd: number, offer: Uint8Array): boolean {
  let message: ReturnType<typeof receiveWithDescriptors>
  try {
    message = receiveWithDescriptors(fd, offer, random.oneIn(8) ? 0 : 2)
  } catch {
    return true
  }
  if (message === undefined) return false
  for (const [lane, descriptor] of message.descriptors.entries()) {
    const capacityBytes = new DataView(offer.buffer).getUint32(8 + 8 * lane, true)
    if (random.oneIn(6) && message.lengthBytes === OFFER_LENGTH) spoilOffered(random, descriptor, capacityBytes)
    descriptor.close()
  }
  return true
}

function spoilOffered(random: SeededRandom, descriptor: FileDescriptor, capacityBytes: number): void {
  const mapping = MemoryMapping.map(descriptor.fd, DATA_OFFSET + capacityBytes)
  const memory = new RingMemory(mapping.buffer, capacityBytes)
  const stream = honestStream(random, memory, 0, random.below(capacityBytes + 1))
  for (let changes = random.below(3); changes > 0; changes--) spoil(random, memory, stream)
  mapping.release()
}
