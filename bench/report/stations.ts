import { type Conditions, closeAll } from '../harness/bench.js'
import type { TaskInput } from '../harness/channel.js'
import { Pair } from '../harness/pair.js'
import type { Results as Sides } from '../harness/side.js'
import { within } from './deadline.js'
import { type Entrant, stationOf } from './entrant.js'

/** So many start at a time: more would wait for each other longer than they wait for a listener. */
const startedAtOnce = 4

/** A task takes a tenth of a second, and on a busy machine some seconds. */
const mostMs = 60_000

/** The pairs of sides of all entrants, each of them asleep but while one of its tasks runs. */
export class Stations {
  readonly #pairs: ReadonlyMap<string, Pair>

  private constructor(pairs: ReadonlyMap<string, Pair>) {
    this.#pairs = pairs
  }

  static async start(
    entrants: readonly Entrant[],
    { processors, scratch }: Conditions,
    started: (done: number, of: number) => void,
  ): Promise<Stations> {
    const firsts = new Map(entrants.toReversed().map((entrant) => [stationOf(entrant), entrant]))
    const waiting = [...firsts]
    const of = waiting.length
    const pairs = new Map<string, Pair>()
    const startNext = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const [station, { contender, oneProcessor = false }] = next
        const [near] = processors
        pairs.set(station, await Pair.start(contender, oneProcessor ? [near, near] : processors, scratch))
        started(pairs.size, of)
      }
    }
    await Promise.all(Array.from({ length: startedAtOnce }, startNext))
    return new Stations(pairs)
  }

  async run<Near>(entrant: Entrant, task: string, input: TaskInput): Promise<Sides<Near>> {
    const pair = this.#pairs.get(stationOf(entrant)) as Pair
    return await within(mostMs, `${task} of ${entrant.name}`, pair.run<Near>(task, input))
  }

  async close(): Promise<void> {
    await closeAll([...this.#pairs.values()])
  }
}
