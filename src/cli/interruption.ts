import { constants } from 'node:os'

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
export type StopSignal = (typeof stopSignals)[number]

/** Somebody asked the program to stop: the reason with which every wait then ends. */
export class Interruption extends Error {
  override readonly name = 'Interruption'
  /** 128 and the signal's number, as shells report it. */
  readonly exitCode: number

  constructor(signal: StopSignal) {
    super(`stopped by ${signal}`)
    this.exitCode = 128 + constants.signals[signal]
  }
}

/**
 * @returns a signal that the first Ctrl-C (or SIGTERM, or the terminal's end) aborts, so that waits end and everything is
 *   put away. A second one ends the process at once; socket files go even then.
 */
export function abortOnStopSignals(): AbortSignal {
  const controller = new AbortController()
  for (const name of stopSignals) {
    process.on(name, () => {
      const interruption = new Interruption(name)
      if (controller.signal.aborted) process.exit(interruption.exitCode)
      controller.abort(interruption)
    })
  }
  return controller.signal
}
