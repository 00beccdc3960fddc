import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import {
  frameType,
  ROUTE_CANCEL,
  ROUTE_ERROR,
  ROUTE_NAMED_CALL,
  ROUTE_PLAIN,
  ROUTE_STREAM_END,
  ROUTE_STREAM_ITEM,
  routeOf,
} from '../../../src/rpc/frames.js'
import { connectLink } from '../../../src/transport/connector.js'
import { acceptLinks } from '../../../src/transport/listener.js'
import type { MappedLink } from '../../../src/transport/mapped-link.js'
import { type Attack, mostFindings, type Orders } from './attack.js'
import { randomOf } from './input-seed.js'
import { LiveProcess } from './live-process.js'
import { type Heard, RawRpcEnd } from './rpc-end.js'
import { hostileCall, hostileReply, typeBytes, typeSane } from './rpc-frames.js'
import type { Tally } from './tally.js'

/** Frames of one connection. Even connections are a caller's at the live server, odd ones a callee's for the live client. */
const framesPerSession = 1024
const framesPerPublication = 16
const sanePatienceMs = 20_000
const capacityBytes = 2 ** 17
const idsFrom = 1000
const saneId = 2 ** 40
const mostGrowthMiB = 400
const documented =
  /^ERR_RINGWAY_RPC_(UNKNOWN_TYPE|UNKNOWN_METHOD|HANDLER_FAILED|NOT_SERIALISABLE|TOO_LARGE|PROTOCOL|SERVER_CLOSING|CANCELLED)$/

type Side = 'server' | 'client'

/** One live process, and the connections with it. */
class Front {
  readonly #side: Side
  readonly #orders: Orders
  readonly #tally: Tally
  readonly #path: string
  readonly #links: ReturnType<typeof acceptLinks> | undefined
  #process!: LiveProcess
  #session = 0
  #sent = 0

  constructor(side: Side, folder: string, orders: Orders, tally: Tally) {
    this.#side = side
    this.#orders = orders
    this.#tally = tally
    this.#path = join(folder, side)
    if (side === 'client') this.#links = acceptLinks(this.#path, [capacityBytes, capacityBytes], { role: 'consumer' })
  }

  /** @param sessions numbers of this side's connections: even ones, or odd ones */
  async run(sessions: readonly number[], framesIn: (session: number) => number): Promise<void> {
    if (sessions.length === 0) return
    // Listening begins with the first of these.
    let coming = this.#links?.next()
    await this.#start()
    const watch = setInterval(() => this.#watch(), 500)
    for (const session of sessions) {
      if (this.#orders.stop.asked || this.#tally.findings.length >= mostFindings) break
      this.#session = session
      const link = coming === undefined ? await this.#connect() : await this.#taken(coming)
      if (coming !== undefined) coming = this.#links?.next()
      if (link === undefined) continue
      await this.#attack(new RawRpcEnd(link), session, framesIn(session))
      this.#orders.onProgress(this.#tally)
    }
    clearInterval(watch)
    const done = this.#links?.return()
    await this.#process.stop(30_000)
    await done
    const { ended = '' } = this.#process
    if (!ended.startsWith('code 0,')) this.#tally.find('crash', this.#firstOf(this.#session), `at its end: ${ended}`)
  }

  async #start(): Promise<void> {
    this.#tally.processes++
    this.#process = new LiveProcess(`rpc-${this.#side}`, {
      args: [this.#path],
      coverage: this.#orders.coverage,
      onLine: (message) => {
        const { violation, outcomes } = message
        if (violation !== undefined) this.#tally.find('violation', this.#lastOf(this.#session), String(violation), true)
        for (const [name, times] of Object.entries((outcomes ?? {}) as Record<string, number>)) {
          this.#tally.count(`client, ${name}`, times)
        }
      },
    })
    await this.#process.ready()
    this.#tally.resident(this.#process.residentMiB())
  }

  #firstOf(session: number): number {
    return session * framesPerSession
  }

  /** A replay of it brings all frames of the connection back. */
  #lastOf(session: number): number {
    return this.#firstOf(session) + framesPerSession - 1
  }

  #watch(): void {
    const { ended } = this.#process
    const why = ended === undefined ? this.#process.hangs(this.#sent) : undefined
    if (why !== undefined) this.#process.kill()
    if (why !== undefined) this.#tally.find('hang', this.#lastOf(this.#session), why, true)
    const grown = this.#process.residentMiB() - this.#tally.residentMiB.first
    if (grown > mostGrowthMiB)
      this.#tally.find('leak', this.#lastOf(this.#session), `${grown} MiB more than at the beginning`, true)
  }

  async #connect(): Promise<MappedLink | undefined> {
    await this.#revive()
    try {
      return await connectLink(this.#path, 2, { role: 'producer', waitForListenerMs: 10_000 })
    } catch (error) {
      if (this.#process.ended === undefined)
        this.#tally.find('violation', this.#lastOf(this.#session), String(error), true)
      return undefined
    }
  }

  async #taken(coming: Promise<IteratorResult<MappedLink, undefined>>): Promise<MappedLink | undefined> {
    for (;;) {
      await this.#revive()
      const taken = await Promise.race([coming, sleep(1000)])
      if (taken !== undefined) return taken.value
      if (this.#orders.stop.asked) return undefined
    }
  }

  /** A process that ended was a finding; the next connection is with another one. */
  async #revive(): Promise<void> {
    const { ended } = this.#process
    if (ended === undefined) return
    if (!ended.includes('SIGKILL')) this.#tally.find('crash', this.#lastOf(this.#session - 2), ended, true)
    await this.#start()
  }

  async #attack(end: RawRpcEnd, session: number, frames: number): Promise<void> {
    const random = randomOf(this.#orders.seed, 'session', session)
    const before = this.#sent
    const ended =
      this.#side === 'server' ? await this.#asCaller(end, session, frames) : await this.#asCallee(end, session, frames)
    this.#tally.inputs += this.#sent - before
    this.#tally.resident(this.#process.residentMiB())
    if (ended && this.#process.ended === undefined) this.#tally.count(`${this.#side} ended the connection: ${end.end}`)
    end.close(!random.oneIn(4))
  }

  /** @returns whether the live server ended the connection */
  async #asCaller(end: RawRpcEnd, session: number, frames: number): Promise<boolean> {
    let saneReply: string | undefined
    const hear = (heard: Heard): void => {
      if (heard.id === saneId) saneReply = Buffer.from(heard.body).toString()
      else this.#judge(heard, session)
    }
    for (let position = 0; position < frames; position++) {
      const random = randomOf(this.#orders.seed, 'rpc', this.#firstOf(session) + position)
      if (!(await end.send(hostileCall(random, position, idsFrom), hear))) return true
      this.#sent++
      if (position % framesPerPublication !== framesPerPublication - 1) continue
      end.publish()
      end.hear(hear)
      if (random.oneIn(4)) await turn()
    }
    // Streams that wait for credit hold their places until somebody gives up on them.
    const none = new Uint8Array(0)
    for (let position = 0; position < frames; position++) {
      if (!(await end.send({ typeId: frameType(ROUTE_CANCEL, 0), id: idsFrom + position, body: none }, hear)))
        return true
    }
    const text = `sane ${session}`
    if (!(await end.send({ typeId: typeSane, id: saneId, body: Buffer.from(text) }, hear))) return true
    end.publish()
    const untilMs = performance.now() + sanePatienceMs
    while (saneReply === undefined && end.end === undefined && this.#process.ended === undefined) {
      if (performance.now() > untilMs) {
        this.#tally.find('violation', this.#lastOf(session), `no answer to a sane call in ${sanePatienceMs} ms`, true)
        return false
      }
      if (end.hear(hear) === 0) await turn()
    }
    if (saneReply === undefined) return true
    if (saneReply !== text)
      this.#tally.find('violation', this.#lastOf(session), `a sane call was answered by: ${saneReply}`, true)
    return false
  }

  /** What the live server answers is an answer by the rules. */
  #judge({ typeId, body }: Heard, session: number): void {
    const route = routeOf(typeId)
    if (route === ROUTE_PLAIN) this.#tally.count('server: answered')
    else if (route === ROUTE_STREAM_ITEM) this.#tally.count('server: item of a stream')
    else if (route === ROUTE_STREAM_END) this.#tally.count('server: end of a stream')
    else if (route === ROUTE_ERROR) {
      const { code } = JSON.parse(Buffer.from(body).toString()) as { code: string }
      this.#tally.count(`server: ${code}`)
      if (!documented.test(code))
        this.#tally.find('violation', this.#lastOf(session), `an error reply of code ${code}`, true)
    } else {
      this.#tally.find('violation', this.#lastOf(session), `a reply of route ${route}`, true)
    }
  }

  /** @returns whether the live client ended the connection: it does when it is through, and has had its sane answer */
  async #asCallee(end: RawRpcEnd, session: number, frames: number): Promise<boolean> {
    const calls: Heard[] = []
    const hear = (heard: Heard): void => {
      if (routeOf(heard.typeId) <= ROUTE_NAMED_CALL) calls.push(heard)
    }
    for (let position = 0; this.#goesOn(end); ) {
      const call = calls.shift()
      if (call === undefined) {
        end.publish()
        if (end.hear(hear) === 0) await turn()
        continue
      }
      const id = call.id as number
      const random = randomOf(this.#orders.seed, 'rpc', this.#firstOf(session) + position)
      let hostile = call.typeId === typeSane ? 0 : Math.min(1 + random.below(8), frames - position)
      for (; hostile > 0; hostile--, position++) {
        if (!(await end.send(hostileReply(random, id), hear))) return true
        this.#sent++
      }
      if (!(await end.send(lastWord(call, id), hear))) return true
    }
    return end.end !== undefined
  }

  #goesOn(end: RawRpcEnd): boolean {
    return end.end === undefined && this.#process.ended === undefined && !this.#orders.stop.asked
  }
}

/** What ends a call, whatever it was: the answer to the sane one, and to others one that may be of the wrong kind. */
function lastWord(call: Heard, id: number): Heard {
  if (call.typeId === typeSane) return call
  return { typeId: id % 2 === 0 ? frameType(ROUTE_STREAM_END, 0) : typeBytes, id, body: new Uint8Array(0) }
}

async function run(orders: Orders, tally: Tally): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ringway-fuzz-'))
  const { first, inputs, replay } = orders
  const begin = Math.floor(first / framesPerSession)
  const last = Math.floor((first + inputs - 1) / framesPerSession)
  const sessions = Array.from({ length: last - begin + 1 }, (_, at) => begin + at)
  // A frame means what the frames before it have made of the connection: a replay repeats them too.
  const framesIn = (session: number): number =>
    replay
      ? (first % framesPerSession) + 1
      : session === last
        ? ((first + inputs - 1) % framesPerSession) + 1
        : framesPerSession
  try {
    await Promise.all([
      new Front('server', folder, orders, tally).run(
        sessions.filter((session) => session % 2 === 0),
        framesIn,
      ),
      new Front('client', folder, orders, tally).run(
        sessions.filter((session) => session % 2 === 1),
        framesIn,
      ),
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const rpcAttack: Attack = {
  input: 'one hostile frame in a record of a live connection, whose frames end with a call that must be answered',
  share: 0.087,
  run,
}
