import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { childrenOf } from '../support/process-tree.js'
import { EndProcess } from './end-process.js'
import { Ledger } from './ledger.js'
import type { Victim } from './victim.js'

/** A round may kill both of its ends. */
const spareCount = 2
const settlePatienceMs = 3000

/** The processes of a campaign, and what they share. Whatever way the campaign ends, `dismiss` leaves nothing of them. */
export class Crew {
  readonly folder = mkdtempSync(join(tmpdir(), 'ringway-campaign-'))
  readonly path = join(this.folder, 'socket')
  readonly victimLedgerName = `ringway-campaign-${process.pid}-victim`
  readonly otherLedgerName = `ringway-campaign-${process.pid}-other`
  readonly victimLedger = Ledger.create(this.victimLedgerName)
  readonly otherLedger = Ledger.create(this.otherLedgerName)
  /** Lives on from round to round, so that whatever a round leaves in it adds up. */
  survivor = new EndProcess()
  /** The other process of every sequel. */
  partner = new EndProcess()
  readonly #spares: EndProcess[] = []
  readonly #foreign = new Set<Victim>()
  #dismissed = false

  constructor() {
    process.on('exit', () => this.dismiss())
    this.refill()
  }

  /** Starts what was used up. */
  refill(): void {
    while (this.#spares.length < spareCount && !this.#dismissed) this.#spares.push(new EndProcess())
  }

  /** A process that was started beforehand, so that no round waits for one to start. */
  async takeSpare(): Promise<EndProcess> {
    const spare = this.#spares.shift() ?? new EndProcess()
    this.#foreign.add(spare)
    void spare.exited.then(() => this.#foreign.delete(spare))
    await spare.ready
    return spare
  }

  adopt(victim: Victim): Victim {
    this.#foreign.add(victim)
    void victim.exited.then(() => this.#foreign.delete(victim))
    return victim
  }

  /** Nothing starts any more, and everybody waits for an order. */
  async assembled(): Promise<void> {
    await Promise.all([this.survivor.ready, this.partner.ready, ...this.#spares.map((spare) => spare.ready)])
  }

  /** After a hang: whatever it hangs in is gone. */
  async replaceSurvivors(): Promise<void> {
    const old = [this.survivor, this.partner]
    for (const process of old) process.kill()
    await Promise.all(old.map((process) => process.exited))
    this.survivor = new EndProcess()
    this.partner = new EndProcess()
  }

  /** What a finished round has left here: processes beyond those that are kept, and files in the folder of the socket. */
  async left(): Promise<string[]> {
    const kept = new Set([this.survivor, this.partner, ...this.#spares].map(({ pid }) => pid))
    for (const patienceEnds = Date.now() + settlePatienceMs; ; ) {
      const processes = childrenOf(process.pid).filter((pid) => !kept.has(pid))
      const files = readdirSync(this.folder)
      if ((processes.length === 0 && files.length === 0) || Date.now() > patienceEnds) {
        return [...processes.map((pid) => `process ${pid}`), ...files.map((name) => `file ${name}`)]
      }
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

  dismiss(): void {
    if (this.#dismissed) return
    this.#dismissed = true
    for (const process of [this.survivor, this.partner, ...this.#spares, ...this.#foreign]) process.kill()
    Ledger.remove(this.victimLedgerName)
    Ledger.remove(this.otherLedgerName)
    rmSync(this.folder, { recursive: true, force: true })
  }
}
