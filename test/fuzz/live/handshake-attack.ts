import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { acceptUnix, connectUnix, type FileDescriptor, listenUnix } from '../../../ffi/index.js'
import { Bus } from '../../../src/index.js'
import { type Attack, mostFindings, type Orders } from './attack.js'
import { playConnector, playListener } from './hostile-peer.js'
import { randomOf } from './input-seed.js'
import { LiveProcess } from './live-process.js'
import { OddDescriptors } from './odd-descriptors.js'
import type { Tally } from './tally.js'

/** Hostile peers at a time. The listener greets 16; the others show how it treats a crowd. */
const atATime = 24
const inputsPerGoodPeer = 500
const goodPatienceMs = 10_000
const goodType = 0x600d
const mostLeft = 24

interface HostileListener {
  readonly socket: FileDescriptor
  readonly lanes: 1 | 2
}

interface Left {
  readonly fds: number
  readonly maps: number
}

/** Even inputs are connectors that come to the live listener; odd ones are listeners that the live connectors come to. */
class Front {
  readonly #orders: Orders
  readonly #tally: Tally
  readonly #folder = mkdtempSync(join(tmpdir(), 'ringway-fuzz-'))
  readonly #odd = new OddDescriptors()
  readonly #listeners: readonly HostileListener[]
  readonly #under = new Set<number>()
  #process!: LiveProcess
  readonly #heard = new Set<string>()
  #next: number
  #begun = 0
  #finished = 0
  #restarting = false

  constructor(orders: Orders, tally: Tally) {
    this.#orders = orders
    this.#tally = tally
    this.#next = orders.first
    this.#listeners = [
      { socket: listenUnix(join(this.#folder, 'hostile-bus'), 64), lanes: 1 },
      { socket: listenUnix(join(this.#folder, 'hostile-rpc'), 64), lanes: 2 },
    ]
    for (const { socket } of this.#listeners) this.#odd.add(socket.fd)
    process.on('exit', () => rmSync(this.#folder, { recursive: true, force: true }))
  }

  async run(): Promise<void> {
    await this.#start()
    const { inputs, replay } = this.#orders
    const lines = Array.from({ length: replay ? 1 : Math.min(atATime, inputs) }, () => this.#attackOn())
    const watch = setInterval(() => this.#watch(), 500)
    await Promise.all(lines)
    await this.#expectGood(this.#next)
    clearInterval(watch)
    await this.#finish()
    for (const { socket } of this.#listeners) socket.close()
    this.#odd.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #start(): Promise<void> {
    this.#tally.processes++
    this.#process = new LiveProcess('handshake', {
      args: [this.#folder],
      coverage: this.#orders.coverage,
      onLine: (message) => this.#hear(message),
    })
    await this.#process.ready()
    this.#process.tell({ connect: true })
    this.#tally.resident(this.#process.residentMiB())
  }

  #hear(message: Readonly<Record<string, unknown>>): void {
    const { violation, good, outcomes, finished, began, ended } = message
    if (violation !== undefined) this.#tally.find('violation', this.#suspect, `${violation}${this.#suspects}`, true)
    if (good !== undefined) this.#heard.add(String(good))
    for (const [name, times] of Object.entries((outcomes ?? {}) as Record<string, number>))
      this.#tally.count(name, times)
    if (finished !== undefined) this.#finished = finished as number
    if (ended !== undefined) this.#compare(began as Left, ended as Left)
  }

  get #suspect(): number {
    return Math.max(...this.#under, this.#orders.first)
  }

  /** Several are under way, and the live process does not know their numbers. */
  get #suspects(): string {
    return this.#under.size < 2 ? '' : `\n  under way: ${[...this.#under].sort((a, b) => a - b).join(', ')}`
  }

  #compare(began: Left, ended: Left): void {
    if (ended.fds > began.fds + mostLeft || ended.maps > began.maps + mostLeft) {
      const what = `${ended.fds} descriptors and ${ended.maps} rings at the end, ${began.fds} and ${began.maps} at the beginning`
      this.#tally.find('leak', this.#suspect, what)
    }
  }

  /** One hostile peer after the other. */
  async #attackOn(): Promise<void> {
    const { first, inputs, stop, seed } = this.#orders
    while (this.#next < first + inputs && !stop.asked && this.#tally.findings.length < mostFindings) {
      if (this.#process.ended !== undefined) this.#watch()
      if (this.#restarting) {
        await sleep(5)
        continue
      }
      const index = this.#next++
      this.#under.add(index)
      const random = randomOf(seed, 'handshake', index)
      try {
        if (index % 2 === 0) await this.#comeTo(random)
        else await this.#waitFor(random, index)
      } finally {
        this.#under.delete(index)
      }
      this.#tally.inputs++
      if (++this.#begun % inputsPerGoodPeer === 0) await this.#expectGood(index)
      this.#orders.onProgress(this.#tally)
    }
  }

  async #comeTo(random: ReturnType<typeof randomOf>): Promise<void> {
    const path = join(this.#folder, random.oneIn(4) ? 'rpc' : 'bus')
    let socket: FileDescriptor | undefined
    while (socket === undefined && this.#process.ended === undefined) {
      try {
        socket = connectUnix(path)
      } catch {
        return
      }
      if (socket === undefined) await sleep(1)
    }
    if (socket === undefined) return
    try {
      await playConnector(random, socket.fd, this.#odd)
    } finally {
      socket.close()
    }
  }

  async #waitFor(random: ReturnType<typeof randomOf>, index: number): Promise<void> {
    // Three in four live connectors want one ring.
    const { socket, lanes } = this.#listeners[index % 8 === 7 ? 1 : 0] as HostileListener
    for (let looks = 0; this.#process.ended === undefined && !this.#restarting; looks++) {
      const connection = acceptUnix(socket.fd)
      if (connection === undefined) {
        await (looks < 100 ? turn() : sleep(1))
        continue
      }
      try {
        await playListener(random, connection.fd, lanes, this.#odd)
      } finally {
        connection.close()
      }
      return
    }
  }

  /** A peer that means well is served, whatever came before. */
  async #expectGood(index: number): Promise<void> {
    const untilMs = performance.now() + goodPatienceMs
    for (let attempt = 0; !this.#restarting && this.#process.ended === undefined; attempt++) {
      const text = `good ${index} ${attempt}`
      try {
        const bus = await Bus.connect(join(this.#folder, 'bus'), { timeoutMs: goodPatienceMs })
        await bus.send(Buffer.from(text), goodType, { timeoutMs: goodPatienceMs })
        for (let patience = 0; patience < 100 && !this.#heard.has(text); patience++) await sleep(1)
        bus.close()
        if (this.#heard.delete(text)) return
        if (performance.now() < untilMs) continue
        throw new Error(`no message of a good peer was received in ${goodPatienceMs} ms`)
      } catch (error) {
        if (!this.#restarting && this.#process.ended === undefined)
          this.#tally.find('violation', index, String(error), true)
        return
      }
    }
  }

  #watch(): void {
    if (this.#restarting) return
    this.#tally.resident(this.#process.residentMiB())
    const { ended } = this.#process
    if (ended !== undefined) void this.#failed('crash', ended)
    const why = this.#process.hangs(this.#finished)
    if (why !== undefined) void this.#failed('hang', why)
  }

  async #failed(kind: 'crash' | 'hang', why: string): Promise<void> {
    this.#restarting = true
    this.#process.kill()
    await this.#process.exited
    this.#tally.find(kind, this.#suspect, why + this.#suspects, true)
    await this.#start()
    this.#restarting = false
  }

  async #finish(): Promise<void> {
    // What connects still is hung up on, or it would wait for its offer.
    const refuse = setInterval(() => {
      for (const { socket } of this.#listeners) acceptUnix(socket.fd)?.close()
    }, 5)
    await this.#process.stop(20_000)
    clearInterval(refuse)
    const { ended = '' } = this.#process
    if (!ended.startsWith('code 0,')) this.#tally.find('crash', this.#suspect, `at its end: ${ended}`)
  }
}

export const handshakeAttack: Attack = {
  input: 'one connection: a hostile connector at a live listener, or a hostile listener that a live connector came to',
  share: 0.003,
  run: (orders, tally) => new Front(orders, tally).run(),
}
