import { Bus, type BusProducer } from '../index.js'
import type { Source } from './sources.js'

export interface SendSettings {
  readonly typeId: number
  /** How long somebody may take to begin to listen. */
  readonly waitMs: number
}

/** The largest ring there is: its memory is the listener's, who chose it. */
const maxCapacityBytes = 2 ** 31

/** Sends what a source delivers, and closes. */
export async function send(path: string, source: Source, settings: SendSettings, signal: AbortSignal): Promise<void> {
  using bus = await Bus.connect(path, { waitForListenerMs: settings.waitMs, maxCapacityBytes, signal })
  await source(bus, settings.typeId, AbortSignal.any([signal, endOf(bus)]))
}

/** Aborted when the bus ends, with the error that says how: a source that waits for input would not notice otherwise. */
function endOf(bus: BusProducer): AbortSignal {
  const controller = new AbortController()
  void bus.closed.then(() => {
    try {
      bus.flush()
    } catch (error) {
      controller.abort(error)
    }
  })
  return controller.signal
}
