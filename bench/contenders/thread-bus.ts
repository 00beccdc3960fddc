import { ThreadBus } from '../../src/threads.js'
import type { Contender } from '../harness/contender.js'
import { sideOf } from '../tasks/bus-ends.js'
import { farIdleness, mailboxOfBus, nearIdleness } from '../tasks/idle.js'
import { farRoundTrips, nearRoundTrips } from '../tasks/round-trip.js'
import { farSpins, nearSpins } from '../tasks/spin.js'
import { farStreams, nearStreams } from '../tasks/stream.js'

interface Buffers {
  readonly forward: SharedArrayBuffer
  readonly back: SharedArrayBuffer
}

/** A ThreadBus each way between the main thread and a worker. */
export function threadBusOf(capacityBytes: number): Contender<Buffers> {
  return {
    title: 'ringway ThreadBus',
    between: 'threads',
    prepare() {
      const buffers = { forward: ThreadBus.allocate(capacityBytes), back: ThreadBus.allocate(capacityBytes) }
      return { near: buffers, far: buffers }
    },
    near({ shared }) {
      const ends = { tx: new ThreadBus(shared.forward, 'producer'), rx: new ThreadBus(shared.back, 'consumer') }
      const waits = { ...nearRoundTrips(ends), ...nearIdleness(mailboxOfBus(ends)) }
      return sideOf({ ...waits, ...nearSpins(ends), ...nearStreams(ends) }, ends)
    },
    far({ shared }) {
      const ends = { tx: new ThreadBus(shared.back, 'producer'), rx: new ThreadBus(shared.forward, 'consumer') }
      const waits = { ...farRoundTrips(ends), ...farIdleness(mailboxOfBus(ends)) }
      return sideOf({ ...waits, ...farSpins(ends), ...farStreams(ends) }, ends)
    },
  }
}
