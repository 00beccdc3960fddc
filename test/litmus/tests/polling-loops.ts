import { glance } from '../../../src/ring/atomics.js'
import { Consumer } from '../../../src/ring/consumer.js'
import { HEAD_OFFSET } from '../../../src/ring/ring-descriptor.js'
import { RingMemory } from '../../../src/ring/ring-memory.js'
import type { Arena } from '../arena.js'

/** Waits for the head to differ from 0, and gives up after so many looks. */
export type Loop = (looks: number) => boolean

export const headIndex = HEAD_OFFSET >>> 2
const capacityBytes = 65_536
const looksPerTurn = 16

/** With nothing between the looks that could make V8 read again: the loops of the library call other things too. */
const makers: Readonly<Record<string, (arena: Arena) => Loop>> = {
  Int32Array({ words }) {
    return (looks) => {
      for (let look = 0; look < looks; look++) if (words[headIndex] !== 0) return true
      return false
    }
  },
  Uint32Array({ buffer }) {
    const words = new Uint32Array(buffer)
    return (looks) => {
      for (let look = 0; look < looks; look++) if (words[headIndex] !== 0) return true
      return false
    }
  },
  Uint8Array({ bytes }) {
    return (looks) => {
      for (let look = 0; look < looks; look++) if (bytes[HEAD_OFFSET] !== 0) return true
      return false
    }
  },
  BigInt64Array({ longs }) {
    return (looks) => {
      for (let look = 0; look < looks; look++) if (longs[headIndex >>> 1] !== 0n) return true
      return false
    }
  },
  DataView({ view }) {
    return (looks) => {
      for (let look = 0; look < looks; look++) if (view.getInt32(HEAD_OFFSET, true) !== 0) return true
      return false
    }
  },
  glance({ words }) {
    return (looks) => {
      for (let look = 0; look < looks; look++) if (glance(words, headIndex) !== 0) return true
      return false
    }
  },
  'nested loops'({ words }) {
    return (looks) => {
      for (let turn = 0; turn < looks; turn += looksPerTurn) {
        for (let look = 0; look < looksPerTurn; look++) if (glance(words, headIndex) !== 0) return true
      }
      return false
    }
  },
  'another read in between'({ words }) {
    return (looks) => {
      let touched = 0
      for (let look = 0; look < looks; look++) {
        if (glance(words, headIndex) !== 0) return true
        touched |= glance(words, headIndex + 2)
      }
      return touched !== 0
    }
  },
  'Consumer.looksEmpty'({ buffer }) {
    const signals = { wakePeer: () => undefined, corrupt: () => undefined }
    const consumer = new Consumer(new RingMemory(buffer, capacityBytes), signals)
    return (looks) => {
      for (let look = 0; look < looks; look++) if (!consumer.looksEmpty()) return true
      return false
    }
  },
  'read once'({ words }) {
    return (looks) => {
      const once = words[headIndex]
      for (let look = 0; look < looks; look++) if (once !== 0) return true
      return false
    }
  },
}

export const readOnce = 'read once'
export const shapes = Object.keys(makers).filter((shape) => shape !== readOnce)

/** Each loop is a new function, so that its only types are its own. */
export function makeLoop(shape: string, arena: Arena): Loop {
  const make = makers[shape]
  if (make === undefined) throw new Error(`no loop ${shape}`)
  return make(arena)
}
