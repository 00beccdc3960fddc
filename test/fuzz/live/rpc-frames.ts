import type { CorrelationId } from '../../../src/ring/correlation.js'
import {
  frameType,
  ROUTE_CANCEL,
  ROUTE_CREDIT,
  ROUTE_ERROR,
  ROUTE_NAMED_CALL,
  ROUTE_STREAM_END,
  ROUTE_STREAM_ITEM,
} from '../../../src/rpc/frames.js'
import type { SeededRandom } from '../seeded-random.js'
import { hostileFailure, hostileJson, hostileNamedBody, hostileStructure, noise } from './hostile-values.js'

export interface Frame {
  readonly typeId: number
  readonly id: CorrelationId
  readonly body: Uint8Array
}

/** Types that the live server answers: see `processes/rpc-server.ts`. */
export const typeBytes = 1
export const typeJson = 2
export const typeStructured = 3
export const typeFails = 4
export const typeLater = 5
export const typeStream = 6
export const typeInPlace = 7
export const typeSane = 0x600d

const types = [typeBytes, typeJson, typeStructured, typeFails, typeLater, typeStream, typeStream, typeInPlace] as const
const oddTypes = [0, 8, 0x7fff, 0xfffe, 0xffff, typeSane + 1] as const
const oddIds: readonly CorrelationId[] = [
  0,
  1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53 - 1,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
]

/** Mostly the next one; at times one that was used before, or that no honest caller comes to. */
function idFor(random: SeededRandom, position: number, base: number): CorrelationId {
  if (random.oneIn(6)) return base + random.below(position + 1)
  return random.oneIn(12) ? random.pick(oddIds) : base + position
}

function credit(random: SeededRandom): Uint8Array {
  switch (random.below(4)) {
    case 0:
      return noise(random, random.below(9))
    case 1:
      return noise(random, 4).fill(random.pick([0, 0xff]))
    case 2:
      return Uint8Array.of(random.below(20), 0, 0, 0)
    default:
      return noise(random, 4)
  }
}

/** A frame for a callee. @param base ids of this connection begin there @param position of the frame in its connection */
export function hostileCall(random: SeededRandom, position: number, base: number): Frame {
  const id = idFor(random, position, base)
  switch (random.below(10)) {
    case 0:
      return {
        typeId: frameType(ROUTE_CANCEL, random.oneIn(8) ? random.below(9) : 0),
        id,
        body: noise(random, random.oneIn(8) ? 9 : 0),
      }
    case 1:
      return { typeId: frameType(ROUTE_CREDIT, 0), id, body: credit(random) }
    case 2:
      return {
        typeId: random.oneIn(2) ? random.next() : frameType(random.below(10), random.pick(oddTypes)),
        id,
        body: hostileJson(random),
      }
    case 3:
    case 4:
      return { typeId: frameType(ROUTE_NAMED_CALL, 0), id, body: hostileNamedBody(random) }
    default: {
      const type = random.pick(types)
      const body = type === typeStructured ? hostileStructure(random) : hostileJson(random)
      return { typeId: type, id, body }
    }
  }
}

/** A frame for a caller. @param asked the id of a call that waits for its answer */
export function hostileReply(random: SeededRandom, asked: number): Frame {
  const id = random.oneIn(5) ? random.pick<CorrelationId>([...oddIds, asked + 1, asked - 1, asked + 20]) : asked
  switch (random.below(8)) {
    case 0:
      return { typeId: frameType(ROUTE_ERROR, random.oneIn(6) ? random.below(9) : 0), id, body: hostileFailure(random) }
    case 1:
    case 2:
      return {
        typeId: frameType(ROUTE_STREAM_ITEM, 0),
        id,
        body: random.oneIn(2) ? hostileJson(random) : hostileStructure(random),
      }
    case 3:
      return { typeId: frameType(ROUTE_STREAM_END, 0), id, body: noise(random, random.oneIn(4) ? 5 : 0) }
    case 4:
      return {
        typeId: random.oneIn(2) ? random.next() : frameType(random.below(10), random.pick(oddTypes)),
        id,
        body: hostileJson(random),
      }
    default:
      return { typeId: random.pick(types), id, body: random.oneIn(2) ? hostileJson(random) : hostileStructure(random) }
  }
}
