import type { BusConsumer, BusProducer } from '../../../src/index.js'
import type { StreamDigest } from '../message-stream.js'
import { runDelayMs } from '../run-delay.js'

const lateMs = 50
const stampBytes = 16
const inTimeMs = 5
const messagesPerDelayReading = 50

/** One message each time that a peer has had the time to fall asleep, stamped with the clock that all processes share. */
export function sendStamps(bus: BusProducer, count: number, pauseUs: string, digest: StreamDigest): object {
  const [leastUs = 100, mostUs = leastUs] = pauseUs.split('-').map(Number)
  const stamp = Buffer.alloc(stampBytes)
  for (let i = 0; i < count; i++) {
    const until = performance.now() + (leastUs + Math.random() * (mostUs - leastUs)) / 1000
    while (performance.now() < until);
    stamp.writeUInt32LE(i, 0)
    stamp.writeUInt32LE(process.pid, 4)
    stamp.writeBigUInt64LE(process.hrtime.bigint(), 8)
    bus.sendSync(stamp, i)
    digest.add(stamp, i)
  }
  return {}
}

/** Judges how late stamped messages are, apart from the time that either process stood in line for a processor. */
class Lateness {
  lateMessages = 0
  latestMs = 0
  readonly #peerPid: number
  #messages = 0
  #delayMs = 0

  constructor(peerPid: number) {
    this.#peerPid = peerPid
  }

  add(publishedNs: bigint): void {
    const waitedMs = Number(process.hrtime.bigint() - publishedNs) / 1e6
    this.latestMs = Math.max(this.latestMs, waitedMs)
    if (waitedMs > lateMs && waitedMs - (this.#delay() - this.#delayMs) > lateMs) this.lateMessages += 1
    // Read now and then only: it takes longer than the sleep that it judges. And only behind a message that came in time,
    // because all that comes later is then published after this reading.
    if (this.#messages % messagesPerDelayReading === 0 && waitedMs < inTimeMs) this.#delayMs = this.#delay()
    this.#messages += 1
  }

  #delay(): number {
    return runDelayMs(process.pid) + runDelayMs(this.#peerPid)
  }
}

/** Receives stamped messages and says how late the latest of them was. */
export async function takeStamps(bus: BusConsumer, count: number, form: string, digest: StreamDigest): Promise<object> {
  const lateness = new Lateness(bus.peer.pid)
  let firstWrong = -1
  let sleeps = 0
  while (digest.messages < count) {
    let message = bus.tryRecv()
    if (message === undefined) {
      sleeps += 1
      message = form === 'sync' ? bus.recvSync() : await bus.recv()
    }
    if (message === undefined) break
    const stamp = Buffer.from(message.data)
    lateness.add(stamp.readBigUInt64LE(8))
    if (stamp.readUInt32LE(0) !== digest.messages && firstWrong < 0) firstWrong = digest.messages
    digest.add(message.data, message.typeId)
  }
  const { lateMessages, latestMs } = lateness
  return { firstWrong, sleeps, lateMessages, latestMs }
}
