import { setImmediate as turn } from 'node:timers/promises'
import { Consumer } from '../../../src/ring/consumer.js'
import type { CorrelationId } from '../../../src/ring/correlation.js'
import { Producer } from '../../../src/ring/producer.js'
import type { Lane, LinkEnd } from '../../../src/transport/link.js'
import type { MappedLink } from '../../../src/transport/mapped-link.js'
import type { Frame } from './rpc-frames.js'

export interface Heard {
  readonly typeId: number
  readonly id: CorrelationId
  readonly body: Uint8Array
}

/** The attacker's end of an RPC connection: honest records, with whatever frames in them. */
export class RawRpcEnd {
  readonly #link: MappedLink
  readonly #producer: Producer
  readonly #consumer: Consumer

  constructor(link: MappedLink) {
    this.#link = link
    const lane = (role: Lane['role']) => link.lanes.find((one) => one.role === role) as Lane
    const signals = (one: Lane) => ({ wakePeer: one.wakePeer, corrupt: () => undefined })
    this.#producer = new Producer(lane('producer').memory, signals(lane('producer')))
    this.#consumer = new Consumer(lane('consumer').memory, signals(lane('consumer')))
  }

  /** How the other side ended it, if it has. */
  get end(): LinkEnd | undefined {
    return this.#link.end
  }

  /** @returns false when there is no room now */
  trySend({ typeId, id, body }: Frame): boolean {
    const most = this.#producer.maxPayloadBytes
    return this.#producer.tryWriteCorrelated(body.length > most ? body.subarray(0, most) : body, typeId, id)
  }

  /** Sends it, and hears what comes meanwhile. @returns false when the connection has ended */
  async send(frame: Frame, hear: (heard: Heard) => void): Promise<boolean> {
    while (!this.trySend(frame)) {
      this.publish()
      if (this.hear(hear) === 0) await turn()
      if (this.end !== undefined) return false
    }
    return true
  }

  publish(): void {
    this.#producer.publish()
  }

  /** @returns how many frames there were */
  hear(hear: (heard: Heard) => void): number {
    let count = 0
    for (let offset = this.#consumer.peek(); offset >= 0; offset = this.#consumer.peek()) {
      const { typeId, correlationId: id } = this.#consumer
      hear({ typeId, id, body: this.#consumer.payload(offset).slice() })
      this.#consumer.commit()
      count++
    }
    return count
  }

  /** @param goodbye without it, the connection is hung up as by a death */
  close(goodbye: boolean): void {
    this.#link.release(goodbye ? 'closed' : 'corrupt')
  }
}
