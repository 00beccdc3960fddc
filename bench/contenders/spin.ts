import { createSealedMemfd, MemoryMapping } from '../../ffi/index.js'
import type { Contender, Place } from '../harness/contender.js'
import type { Side } from '../harness/side.js'
import { type BusEnds, sideOf } from '../tasks/bus-ends.js'
import { farFloors, floorMemoryBytes, nearFloors } from '../tasks/floor.js'
import { farMillion, nearMillion } from '../tasks/million.js'
import { farRoundTrips, nearRoundTrips } from '../tasks/round-trip.js'
import { farSpins, nearSpins } from '../tasks/spin.js'
import { openEnds } from './bus.js'

const capacityBytes = 1 << 16

type Tasks = Side['tasks']

/** A Bus each way between two processes, and beside it bare memory that both have mapped: the same pair for both. */
function besideFloor(
  title: string,
  nearTasks: (ends: BusEnds) => Tasks,
  farTasks: (ends: BusEnds) => Tasks,
): Contender {
  const wordsOf = ({ descriptor }: Place): Int32Array =>
    new Int32Array(MemoryMapping.map(descriptor, floorMemoryBytes).buffer)
  return {
    title,
    between: 'processes',
    prepare: () => ({
      near: undefined,
      far: undefined,
      file: createSealedMemfd('ringway-bench-floor', floorMemoryBytes),
    }),
    async near(place) {
      const words = wordsOf(place)
      const ends = await openEnds(place, 'forward', 'back', capacityBytes)
      return sideOf({ ...nearFloors(words), ...nearTasks(ends) }, ends)
    },
    async far(place) {
      const words = wordsOf(place)
      const ends = await openEnds(place, 'back', 'forward', capacityBytes)
      return sideOf({ ...farFloors(words), ...farTasks(ends) }, ends)
    },
  }
}

export const spin = besideFloor('ringway Bus, spinning', nearSpins, farSpins)

export const firstRun = besideFloor(
  'ringway Bus',
  (ends) => ({ ...nearMillion(ends), ...nearRoundTrips(ends) }),
  (ends) => ({ ...farMillion(ends), ...farRoundTrips(ends) }),
)
