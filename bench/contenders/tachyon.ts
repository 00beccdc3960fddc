import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { TaskInput } from '../harness/channel.js'
import type { Contender, Place } from '../harness/contender.js'
import type { Side } from '../harness/side.js'
import { LineServer } from './line-server.js'

/** From the bundles in `.build/bench`. */
const python = fileURLToPath(new URL('../../.peers/tachyon/venv/bin/python', import.meta.url))
const program = fileURLToPath(new URL('../../bench/contenders/tachyon-pair.py', import.meta.url))

export interface TachyonContenders {
  readonly present: readonly { readonly contender: string; readonly title: string }[]
  /** Sentences about those that are not installed. */
  readonly missing: readonly string[]
}

export function tachyonContenders(): TachyonContenders {
  if (existsSync(python)) {
    return { present: [{ contender: 'tachyon-python', title: 'Tachyon, Python, blocking' }], missing: [] }
  }
  return { present: [], missing: ['Tachyon through its Python bindings, which .ci/install-tachyon installs'] }
}

async function sideOf(side: 'near' | 'far', { folder, processors }: Place): Promise<Side> {
  const processor = processors[side === 'near' ? 0 : 1]
  const server = new LineServer(python, [program, side, folder, String(processor)])
  await server.answer()
  return {
    tasks: {
      async roundTrip({ count }: TaskInput) {
        const samplesNs = (await server.ask(`roundTrip ${count}`)) as number[] | null
        return samplesNs === null ? undefined : Float64Array.from(samplesNs)
      },
      stream: ({ count }: TaskInput) => server.ask(`stream ${count}`),
    },
    close: () => server.close(),
  }
}

/** Tachyon's own Python bindings in two Python processes, each beside an agent that only hands on its orders. */
export const tachyonPython: Contender = {
  title: 'Tachyon, Python',
  between: 'processes',
  near: (place) => sideOf('near', place),
  far: (place) => sideOf('far', place),
}
