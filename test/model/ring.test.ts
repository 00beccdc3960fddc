import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Consumer } from '../../src/ring/consumer.js'
import { Producer } from '../../src/ring/producer.js'
import { rawRing, state } from '../support/ring/raw-ring.js'
import { RecordedSignals } from '../support/ring/recorded-signals.js'
import { takeAll } from '../support/ring/records.js'
import { capacities, startPositions } from '../support/ring/ring-shapes.js'
import * as ring from './ring-commands.js'

type Step = (model: ring.RingModel, real: ring.RealRing) => void

/** One step of a run, with a name that a counterexample can be read by. */
class Command implements fc.Command<ring.RingModel, ring.RealRing> {
  readonly #name: string
  readonly #step: Step

  constructor(name: string, step: Step) {
    this.#name = name
    this.#step = step
  }

  check(): boolean {
    return true
  }

  run(model: ring.RingModel, real: ring.RealRing): void {
    this.#step(model, real)
    ring.expectSound(model, real)
  }

  toString(): string {
    return this.#name
  }
}

const sizes = fc.oneof(fc.constantFrom(0, 1, 63, 64, 65), fc.nat(2048))
const typeIds = fc.oneof(fc.constantFrom(0, 0xffff_ffff, 0x8000_0000), fc.nat(0xffff))
const limits = fc.oneof(fc.constantFrom(0, 1, Number.POSITIVE_INFINITY), fc.nat(40))

const commands = [
  fc
    .tuple(sizes, typeIds)
    .map(([size, typeId]) => new Command(`send(${size}, ${typeId})`, (m, r) => ring.send(m, r, size, typeId, false))),
  fc
    .tuple(sizes, typeIds)
    .map(([size, typeId]) => new Command(`cork(${size}, ${typeId})`, (m, r) => ring.send(m, r, size, typeId, true))),
  fc
    .tuple(sizes, typeIds)
    .map(([size, typeId]) => new Command(`sendLess(${size}, ${typeId})`, (m, r) => ring.sendLess(m, r, size, typeId))),
  sizes.map((size) => new Command(`rollBack(${size})`, (m, r) => ring.rollBack(m, r, size))),
  fc.constant(new Command('flush()', ring.flush)),
  fc.constant(new Command('receive()', ring.receive)),
  limits.map((most) => new Command(`consume(${most})`, (m, r) => ring.consume(m, r, most))),
  limits.map((most) => new Command(`batch(${most})`, (m, r) => ring.batch(m, r, most))),
  fc.constant(new Command('publishTail()', (_, { consumer }) => consumer.publish())),
]

describe('a ring', () => {
  it('behaves as a queue of records does, whatever is done to it in whatever order', () => {
    fc.assert(
      fc.property(
        capacities,
        startPositions,
        fc.commands(commands, { maxCommands: 200 }),
        (capacity, startAt, steps) => {
          const memory = rawRing(capacity, { startAt })
          const signals = new RecordedSignals()
          const real = { memory, producer: new Producer(memory, signals), consumer: new Consumer(memory, signals) }
          const model: ring.RingModel = { queue: [], visible: 0, sent: 0 }
          fc.modelRun(() => ({ model, real }), steps)
          ring.flush(model, real)
          expect(takeAll(real.consumer)).toHaveLength(model.queue.length)
          expect(real.producer.claim(real.producer.maxPayloadBytes)).toBeGreaterThanOrEqual(0)
          expect([state(memory), signals.corruptions]).toEqual([2, []])
        },
      ),
      { numRuns: 3000 },
    )
  })
})
