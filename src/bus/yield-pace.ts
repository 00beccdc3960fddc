/** A yield that finds nobody else to run is over in less, in microseconds. */
const emptyYieldUs = 2
/** The other side answers within this. A yield that takes longer went to somebody who has other things to do. */
const answerUs = 50

/**
 * How often who looks in vain yields its processor. Where both sides share one, what is waited for can only come while we
 * yield, so best at every miss. Elsewhere a yield is a system call for nothing, so seldom.
 *
 * What a wait's last yield did tells which it is: whether somebody ran meanwhile, for about as long as an answer takes, and
 * then what was waited for was there. On a busy machine it may have been a stranger, who takes the processor for
 * milliseconds: then it is to be kept while there is hope.
 */
export class YieldPace {
  readonly #seldom: number
  readonly #yieldCpu: () => void
  #missesPerYield: number
  #missesToGo: number
  #yielded = false
  /** Somebody ran while we yielded, as long as an answer takes. */
  #gaveWay = false

  /**
   * @param seldom misses to a yield where that is of no use
   * @param yieldCpu lets others have the processor, or does nothing where that cannot be done
   */
  constructor(seldom: number, yieldCpu: () => void) {
    this.#seldom = seldom
    this.#missesPerYield = seldom
    this.#missesToGo = seldom
    this.#yieldCpu = yieldCpu
  }

  /** A wait begins. */
  begin(): void {
    this.#missesToGo = this.#missesPerYield
    this.#yielded = false
    this.#gaveWay = false
  }

  /** Looked in vain. @returns whether it was time to yield */
  missed(): boolean {
    if (--this.#missesToGo > 0) return false
    this.#missesToGo = this.#missesPerYield
    const beganMs = performance.now()
    this.#yieldCpu()
    this.#yielded = true
    const tookUs = (performance.now() - beganMs) * 1000
    this.#gaveWay = tookUs > emptyYieldUs && tookUs <= answerUs
    return true
  }

  /** What was waited for is there; what comes now is another wait. */
  hit(): void {
    if (this.#yielded) this.#missesPerYield = this.#gaveWay ? 1 : this.#seldom
    this.begin()
  }
}
