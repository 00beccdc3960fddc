import { join } from 'node:path'
import { Bus, type EndpointOptions } from '../../src/index.js'
import type { Contender, Place } from '../harness/contender.js'
import { type BusEnds, sideOf } from '../tasks/bus-ends.js'
import { farCopies, nearCopies } from '../tasks/copy.js'
import { farIdleness, mailboxOfBus, nearIdleness } from '../tasks/idle.js'
import { farRoundTrips, nearRoundTrips } from '../tasks/round-trip.js'
import { withSteady } from '../tasks/steady.js'
import { farStreams, nearStreams } from '../tasks/stream.js'

const waitForListenerMs = 10_000

/** Each side listens where it receives, and connects where it sends. */
export async function openEnds(
  place: Place,
  into: string,
  from: string,
  capacityBytes: number,
  options: EndpointOptions = {},
): Promise<BusEnds> {
  const [tx, rx] = await Promise.all([
    Bus.connect(join(place.folder, into), { waitForListenerMs, ...options }),
    Bus.listen(join(place.folder, from), capacityBytes, options),
  ])
  return { tx, rx }
}

/** A Bus each way between two processes, with rings of one size. */
export function busOf(title: string, capacityBytes: number): Contender {
  return {
    title,
    between: 'processes',
    async near(place) {
      const ends = await openEnds(place, 'forward', 'back', capacityBytes)
      const streams = { ...withSteady(nearStreams(ends)), ...nearCopies }
      return sideOf({ ...nearRoundTrips(ends), ...streams, ...nearIdleness(mailboxOfBus(ends)) }, ends)
    },
    async far(place) {
      const ends = await openEnds(place, 'back', 'forward', capacityBytes)
      const streams = { ...withSteady(farStreams(ends)), ...farCopies }
      return sideOf({ ...farRoundTrips(ends), ...streams, ...farIdleness(mailboxOfBus(ends)) }, ends)
    },
  }
}
