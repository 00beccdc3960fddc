import type { EndpointOptions } from '../../src/index.js'
import type { Contender } from '../harness/contender.js'
import { sideOf } from '../tasks/bus-ends.js'
import { farPaced, nearPaced } from '../tasks/paced.js'
import { farRoundTrips, nearRoundTrips } from '../tasks/round-trip.js'
import { withWatched } from '../tasks/watched.js'
import { openEnds } from './bus.js'

/** A Bus each way between two processes, to see what comes of how it waits. */
export function waitingBusOf(title: string, capacityBytes: number, options: EndpointOptions): Contender {
  return {
    title,
    between: 'processes',
    async near(place) {
      const ends = await openEnds(place, 'forward', 'back', capacityBytes, options)
      return sideOf({ ...withWatched(nearRoundTrips(ends)), ...nearPaced(ends) }, ends)
    },
    async far(place) {
      const ends = await openEnds(place, 'back', 'forward', capacityBytes, options)
      return sideOf({ ...withWatched(farRoundTrips(ends)), ...farPaced(ends) }, ends)
    },
  }
}
