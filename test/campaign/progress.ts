import { SingleBar } from 'cli-progress'
import type { Summary } from './summary.js'

const lineEveryMs = 10_000

export interface Progress {
  show(summary: Summary): void
  stop(): void
}

/** A bar on a terminal; elsewhere a line now and then. Both on stderr. */
export function progressOf(rounds: number): Progress {
  return process.stderr.isTTY ? bar(rounds) : lines(rounds)
}

function bar(rounds: number): Progress {
  const format =
    '{bar} {value}/{total} rounds, {delivered} messages delivered, {failures} failures, {eta_formatted} left'
  const single = new SingleBar({ format, stream: process.stderr, clearOnComplete: true, hideCursor: true })
  single.start(rounds, 0, { delivered: 0, failures: 0 })
  return {
    show: ({ total, failures }) =>
      single.update(total.rounds, { delivered: total.delivered, failures: failures.length }),
    stop: () => single.stop(),
  }
}

function lines(rounds: number): Progress {
  let nextMs = Date.now() + lineEveryMs
  return {
    show({ total, failures }) {
      if (Date.now() < nextMs) return
      nextMs = Date.now() + lineEveryMs
      process.stderr.write(`${total.rounds} of ${rounds} rounds, ${failures.length} failures\n`)
    },
    stop() {},
  }
}
