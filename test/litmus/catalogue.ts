import type { Litmus } from './litmus.js'
import { buses, threadBuses } from './tests/buses.js'
import { coherence } from './tests/coherence.js'
import { decoding } from './tests/decoding.js'
import { exchanges } from './tests/exchanges.js'
import { instructions } from './tests/instructions.js'
import { messagePassing, messagePassingOfThreads } from './tests/message-passing.js'
import { polling } from './tests/polling.js'
import { repeatedReads } from './tests/repeated-reads.js'
import { mappedBuffers, replacedMemory } from './tests/replaced-memory.js'
import { sleeping, sleepingOfThreads } from './tests/sleeping.js'
import { loadBuffering, storeBuffering, storeBufferingOfThreads } from './tests/store-buffering.js'
import { systemCalls } from './tests/system-calls.js'
import { watching } from './tests/watching.js'
import { wholePositions } from './tests/whole-positions.js'

/** Every assumption that is tested, in the order in which they are told. */
export const catalogue: readonly Litmus[] = [
  messagePassing,
  messagePassingOfThreads,
  storeBuffering,
  storeBufferingOfThreads,
  loadBuffering,
  coherence,
  wholePositions,
  exchanges,
  polling,
  repeatedReads,
  sleeping,
  sleepingOfThreads,
  watching,
  decoding,
  replacedMemory,
  mappedBuffers,
  instructions,
  systemCalls,
  buses,
  threadBuses,
]
