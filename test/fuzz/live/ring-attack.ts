import { setImmediate as turn } from 'node:timers/promises'
import { futexWait, futexWake } from '../../../ffi/index.js'
import { tamper } from '../hostile-bytes.js'
import type { SeededRandom } from '../seeded-random.js'
import { type Attack, mostFindings, type Orders } from './attack.js'
import { randomOf } from './input-seed.js'
import { LiveProcess } from './live-process.js'
import { outcomeName, outcomeViolation } from './oracle.js'
import { type Present, presentGood, privateWords } from './ring-inputs.js'
import {
  type Arena,
  atSlotWord,
  banks,
  createStage,
  doneWord,
  flagScribbled,
  guardPattern,
  hostileSlotsPerBank,
  postedWord,
  roleNone,
  type Stage,
  sheetFlags,
  sheetLaterCount,
  sheetMessages,
  sheetOf,
  sheetOutcome,
  sheetRole,
  slotsPerBank,
  stopWord,
} from './stage.js'
import type { Tally } from './tally.js'

const batchesPerScribble = 8
const batchesPerWholeGuard = 256
const batchesPerReading = 2048
const looksBeforeSleep = 2000
const sleepMs = 2
const sleepsPerWatch = 100
/** What a live process may have more than at its beginning, whatever it was fed. */
const mostGrowthMiB = 300

interface Posted {
  /** Index of the input in its first slot. */
  readonly first: number
  readonly inputs: number
  readonly scribbled: boolean
  /** Of the header words that are the attacker's own, by slot. */
  readonly sums: readonly number[]
}

/** One live process and the arenas that it shares with the attacker, who goes on with another when it fails. */
class Front {
  readonly #name: string
  readonly #present: Present
  readonly #guarded: boolean
  readonly #orders: Orders
  readonly #tally: Tally
  readonly #stage: Stage
  readonly #fds: readonly number[]
  readonly #sheets: readonly Int32Array[]
  #process!: LiveProcess
  #posted: Posted[] = []
  #done = 0
  #violations = new Map<number, string>()

  constructor(name: string, present: Present, guarded: boolean, orders: Orders, tally: Tally) {
    const { stage, descriptors } = createStage(guarded)
    this.#name = name
    this.#present = present
    this.#guarded = guarded
    this.#orders = orders
    this.#tally = tally
    this.#stage = stage
    this.#fds = descriptors.map(({ fd }) => fd)
    this.#sheets = stage.arenas.map((_, slot) => sheetOf(stage.control, slot))
  }

  async run(): Promise<void> {
    const { first, inputs, replay, stop } = this.#orders
    await this.#start()
    let index = first
    const end = first + inputs
    for (;;) {
      const more = index < end && !stop.asked && this.#tally.findings.length < mostFindings
      if (!more && this.#posted.length === 0) break
      // What is to be scribbled on has the attacker's whole attention.
      if (more && this.#posted.length < banks && this.#posted.at(-1)?.scribbled !== true) {
        const batchFirst = index - (index % hostileSlotsPerBank)
        // A replay puts its input where it was, and nothing beside it.
        const batchEnd = replay ? index + 1 : Math.min(batchFirst + hostileSlotsPerBank, end)
        this.#post(index, batchEnd)
        index = batchEnd
        if (this.#posted.length < banks) continue
      }
      await this.#collect()
    }
    await this.#finish()
  }

  async #start(): Promise<void> {
    const { control } = this.#stage
    control.fill(0, 0, 64)
    this.#posted = []
    this.#done = 0
    this.#tally.processes++
    this.#process = new LiveProcess('ring', {
      args: [this.#guarded ? 'guarded' : 'exact'],
      fds: this.#fds,
      coverage: this.#orders.coverage,
      onLine: (message) => {
        if (message['violation'] !== undefined) {
          this.#violations.set(message['slot'] as number, String(message['violation']))
        }
        if (message['reasons'] !== undefined) this.#tally.because(message['reasons'] as Record<string, number>)
      },
    })
    await this.#process.ready()
    this.#tally.resident(this.#process.residentMiB())
  }

  /** Fills the bank that is free, and hands it over. */
  #post(from: number, to: number): void {
    const batch = this.#done + this.#posted.length
    const bank = batch % banks
    const scribbled = Math.floor(from / hostileSlotsPerBank) % batchesPerScribble === batchesPerScribble - 1
    const batchFirst = from - (from % hostileSlotsPerBank)
    const sums: number[] = []
    for (let at = 0; at < slotsPerBank; at++) {
      const slot = bank * slotsPerBank + at
      const sheet = this.#sheets[slot] as Int32Array
      const { memory } = this.#stage.arenas[slot] as Arena
      const index = batchFirst + at
      const good = at === hostileSlotsPerBank
      if (!good && (index < from || index >= to)) {
        sheet[sheetRole] = roleNone
        sums.push(0)
        continue
      }
      const random = randomOf(this.#orders.seed, this.#name, index)
      if (good) presentGood(random, memory, sheet)
      else this.#present(random, memory, sheet)
      if (scribbled && !good) sheet[sheetFlags] = (sheet[sheetFlags] as number) | flagScribbled
      sums.push(privateWords(memory))
    }
    this.#posted.push({ first: batchFirst, inputs: to - from, scribbled, sums })
    const { control, controlAddress } = this.#stage
    Atomics.store(control, postedWord, batch + 1)
    futexWake(controlAddress + BigInt(4 * postedWord), 1)
  }

  /** Waits for the oldest bank that was handed over, and takes its outcomes. */
  async #collect(): Promise<void> {
    const posted = this.#posted[0] as Posted
    const { control, controlAddress } = this.#stage
    const bank = this.#done % banks
    const random = randomOf(this.#orders.seed, 'scribble', posted.first)
    for (let looks = 0, sleeps = 0; Atomics.load(control, doneWord) === this.#done; looks++) {
      if (posted.scribbled) this.#scribble(random, bank)
      if (looks % looksBeforeSleep !== looksBeforeSleep - 1) continue
      if (!posted.scribbled) futexWait(controlAddress + BigInt(4 * doneWord), this.#done, sleepMs)
      await turn()
      if (this.#process.ended !== undefined) return await this.#failed(posted, 'crash', this.#process.ended)
      if (++sleeps % sleepsPerWatch !== 0) continue
      const why = this.#process.hangs(this.#done * 64 + (control[atSlotWord] as number))
      if (why !== undefined) return await this.#failed(posted, 'hang', why)
    }
    await this.#take(posted, bank)
    this.#posted.shift()
    this.#done++
    if (this.#done % batchesPerReading === 0) this.#measure(posted)
    if (this.#done % 64 === 0) {
      await turn()
      this.#orders.onProgress(this.#tally)
    }
  }

  /** On the arena that is being looked at, mostly. */
  #scribble(random: SeededRandom, bank: number): void {
    const any = bank * slotsPerBank + random.below(hostileSlotsPerBank)
    const slot = random.oneIn(4) ? any : (this.#stage.control[atSlotWord] as number) - 1
    if (slot >= 0 && slot % slotsPerBank !== hostileSlotsPerBank)
      tamper(random, (this.#stage.arenas[slot] as Arena).memory)
  }

  async #take(posted: Posted, bank: number): Promise<void> {
    for (let at = 0; at < slotsPerBank; at++) {
      const slot = bank * slotsPerBank + at
      const sheet = this.#sheets[slot] as Int32Array
      if (sheet[sheetRole] === roleNone) continue
      const outcome = sheet[sheetOutcome] as number
      const index = posted.first + Math.min(at, hostileSlotsPerBank - 1)
      const arena = this.#stage.arenas[slot] as Arena
      if (outcome === outcomeViolation || outcome === 0) {
        this.#tally.find('violation', index, await this.#violationAt(slot), posted.scribbled)
      } else if (
        !posted.scribbled &&
        (sheet[sheetLaterCount] as number) <= 0 &&
        privateWords(arena.memory) !== posted.sums[at]
      ) {
        this.#tally.find('violation', index, 'header words that are not its own were written')
      } else if (!this.#guardHolds(arena)) {
        this.#tally.find('violation', index, 'bytes behind the ring were written', posted.scribbled)
        arena.guard.fill(guardPattern)
      } else if (at < hostileSlotsPerBank) {
        const some = (sheet[sheetMessages] as number) > 0
        this.#tally.count(`${outcomeName(outcome)}${some ? ', after messages' : ''}`)
      }
    }
    this.#tally.inputs += posted.inputs
  }

  /** What the live process says of it comes by its standard output, a little later than the outcome. */
  async #violationAt(slot: number): Promise<string> {
    for (let patience = 0; patience < 1000 && !this.#violations.has(slot); patience++) await turn()
    const said = this.#violations.get(slot) ?? 'no outcome'
    this.#violations.delete(slot)
    return said
  }

  #guardHolds({ guard }: Arena): boolean {
    if (guard.length === 0) return true
    if (this.#done % batchesPerWholeGuard === 0) return guard.every((word) => word === guardPattern)
    for (let at = 0; at < 16; at++) if (guard[at] !== guardPattern) return false
    return true
  }

  #measure(posted: Posted): void {
    const now = this.#process.residentMiB()
    this.#tally.resident(now)
    const grown = now - this.#tally.residentMiB.first
    if (grown > mostGrowthMiB) this.#tally.find('leak', posted.first, `${grown} MiB more than at the beginning`)
  }

  /** @param kind what became of the process; it goes on in another one */
  async #failed(posted: Posted, kind: 'crash' | 'hang', why: string): Promise<void> {
    const at = (this.#stage.control[atSlotWord] as number) - 1
    const index = at < 0 ? posted.first : posted.first + (at % slotsPerBank)
    this.#process.kill()
    await this.#process.exited
    this.#tally.find(kind, index, this.#violations.get(at) ?? why, posted.scribbled)
    this.#tally.inputs += this.#posted.reduce((sum, { inputs }) => sum + inputs, 0)
    await this.#start()
  }

  async #finish(): Promise<void> {
    const { control, controlAddress } = this.#stage
    this.#tally.resident(this.#process.residentMiB())
    Atomics.store(control, stopWord, 1)
    futexWake(controlAddress + BigInt(4 * postedWord), 1)
    await this.#process.stop()
    const { ended = '' } = this.#process
    if (!ended.startsWith('code 0,'))
      this.#tally.find('crash', this.#orders.first + this.#tally.inputs - 1, `at its end: ${ended}`)
  }
}

export function ringAttack(name: string, present: Present, guarded: boolean, share: number, input: string): Attack {
  return {
    input,
    share,
    run: (orders, tally) => new Front(name, present, guarded, orders, tally).run(),
  }
}
