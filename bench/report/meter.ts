import { SingleBar } from 'cli-progress'

/** A redraw takes the processor from a side that spins: in a run of minutes once in five seconds is often enough. */
const redrawsPerSecond = 0.2

/** `40 s`, `6 min`. */
export function roughly(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 100) return `${seconds} s`
  return `${Math.round(seconds / 60)} min`
}

/**
 * How far a run is: a bar where stderr is a terminal, else a line for each stage and round. Steps are tasks of entrants;
 * the idle time at the end is as many steps as would have taken that long.
 */
export class Meter {
  readonly #bar = new SingleBar({
    format: '{bar} {percentage} % │ {what} │ {left}',
    stream: process.stderr,
    fps: redrawsPerSecond,
    hideCursor: null,
    clearOnComplete: true,
    gracefulExit: false,
    barsize: 30,
    barCompleteChar: '█',
    barIncompleteChar: '░',
  })
  readonly #onTerminal = process.stderr.isTTY
  #steps = 0
  #done = 0
  #idleMs = 0
  #roundsBeganMs = 0
  #idleBeganMs = 0
  #what = 'starting'

  constructor() {
    // Leaves the line to the shell, whichever way this ends.
    process.once('exit', () => this.#bar.stop())
  }

  begin(steps: number, idleMs: number): void {
    this.#steps = steps
    this.#idleMs = idleMs
    this.#bar.start(1, 0, { what: this.#what, left: '' })
  }

  started(done: number, of: number): void {
    if (done === of) this.#line(`${of} pairs of sides started`)
    this.#show(`started ${done} of ${of} pairs`)
  }

  round(number: number, of: number): void {
    if (this.#roundsBeganMs === 0) this.#roundsBeganMs = performance.now()
    const what = number < 1 ? 'warming up' : `round ${number} of ${of}`
    this.#line(`${what}${this.#leftMs === undefined ? '' : `, ${this.#left}`}`)
    this.#show(what)
  }

  step(): void {
    this.#done++
    this.#show(this.#what)
  }

  /** Nobody does anything for so long, or still does nothing. */
  idle(): void {
    if (this.#idleBeganMs === 0) {
      this.#idleBeganMs = performance.now()
      this.#line(`idle, ${this.#left}`)
    }
    this.#show('idle')
  }

  end(): void {
    this.#bar.stop()
  }

  get #leftMs(): number | undefined {
    const now = performance.now()
    if (this.#idleBeganMs > 0) return Math.max(0, this.#idleMs - (now - this.#idleBeganMs))
    if (this.#done === 0) return undefined
    return ((now - this.#roundsBeganMs) / this.#done) * (this.#steps - this.#done) + this.#idleMs
  }

  get #left(): string {
    return this.#leftMs === undefined ? '' : `about ${roughly(this.#leftMs)} left`
  }

  #show(what: string): void {
    this.#what = what
    const leftMs = this.#leftMs
    const spentMs = performance.now() - this.#roundsBeganMs
    const share = leftMs === undefined || this.#roundsBeganMs === 0 ? 0 : spentMs / (spentMs + leftMs)
    this.#bar.update(share, { what, left: this.#left })
  }

  #line(text: string): void {
    if (!this.#onTerminal) process.stderr.write(`${text}\n`)
  }
}
