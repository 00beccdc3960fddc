import { bridgeOfMapping, bridgeRows } from './bridge-rows.js'
import type { BusRow, RingProcess } from './bus-row.js'
import { type RingKind, ringKinds } from './call-pairs.js'
import { sleepingConsumer } from './futex-sleepers.js'
import { accessHeader, type HeaderAccess } from './header-access.js'
import { whyUnreadable } from './no-access.js'
import { type ProcessScan, scanProcesses } from './process-scan.js'
import { type RingEnds, type RingUser, ringEnds } from './ring-ends.js'
import { type RingHeader, readRingHeader } from './ring-header.js'
import { isRingLength } from './ring-length.js'
import { RingWatch } from './ring-watch.js'
import type { SharedMapping } from './shared-mapping.js'
import { sideState } from './side-state.js'
import { socketHold, socketPaths } from './socket-owners.js'

/** A ring that was found, and what is known of it so far. */
interface FoundRing {
  readonly mappings: readonly SharedMapping[]
  readonly label: string
  readonly inode: number
  readonly pids: readonly number[]
  /** Undefined: nobody lets us read it. */
  readonly header: RingHeader | undefined
  readonly refusal: string | undefined
  readonly listenerRole: RingHeader['listenerRole']
}

interface KnownRing {
  readonly access: HeaderAccess
  readonly watch: RingWatch
  sleeper: number | undefined
}

/**
 * Looks at every ring of the processes that this user may look into, whoever made it. Reads, never writes: headers are
 * mapped read-only, or their words read from the memory of the process. Mappings are kept from look to look while the ring
 * lives, and `close` gives them back.
 */
export class BusSurvey implements Disposable {
  readonly #procFolder: string
  readonly #known = new Map<string, KnownRing>()

  constructor(procFolder = '/proc') {
    this.#procFolder = procFolder
  }

  /** What is there now, in no order. Rates are those since the last look, and null at a ring's first. */
  async look(): Promise<BusRow[]> {
    const wanted = (mapping: SharedMapping) =>
      isRingLength(mapping.lengthBytes) || bridgeOfMapping(mapping) !== undefined
    const scan = await scanProcesses(this.#procFolder, wanted)
    const rings = [...scan.files.values()].flatMap((mappings) => this.#ring(mappings))
    this.#forgetOthers(rings)
    const sockets = rings.length === 0 ? new Map<string, never>() : socketPaths(this.#procFolder)
    const kinds = ringKinds(rings)
    const rows = rings.map((ring) => this.#row(ring, kinds.get(ring) ?? 'bus', scan, sockets))
    return [...rows, ...bridgeRows(scan)]
  }

  close(): void {
    for (const { access } of this.#known.values()) access.close()
    this.#known.clear()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** @returns nothing for memory that is no ring */
  #ring(mappings: readonly SharedMapping[]): FoundRing[] {
    const [first] = mappings
    if (first === undefined || !isRingLength(first.lengthBytes)) return []
    const { file, label, inode, lengthBytes } = first
    const pids = mappings.map(({ pid }) => pid)
    const found = { mappings, label, inode, pids }
    let known = this.#known.get(file)
    let header =
      known !== undefined && isStillThere(known.access, mappings)
        ? readRingHeader(known.access.copy, lengthBytes)
        : undefined
    if (header === undefined) {
      // New, or the process through which it was read has ended, or has put something else there.
      known?.access.close()
      const access = accessHeader(this.#procFolder, mappings)
      if (access.way === 'none') return refused(found, access.refusal)
      header = readRingHeader(access.copy, lengthBytes)
      if (header === undefined) {
        access.close()
        this.#known.delete(file)
        return []
      }
      known = { access, watch: known?.watch ?? new RingWatch(), sleeper: known?.sleeper }
      this.#known.set(file, known)
    }
    return [{ ...found, header, refusal: undefined, listenerRole: header.listenerRole }]
  }

  /** Rings that nobody maps any more must not be kept in memory by us. */
  #forgetOthers(rings: readonly FoundRing[]): void {
    const files = new Set(rings.map(({ mappings }) => mappings[0]?.file))
    for (const [file, { access }] of this.#known) {
      if (files.has(file)) continue
      access.close()
      this.#known.delete(file)
    }
  }

  #row(ring: FoundRing, kind: RingKind, scan: ProcessScan, sockets: ReturnType<typeof socketPaths>): BusRow {
    const { header, label } = ring
    const known = this.#known.get(ring.mappings[0]?.file ?? '')
    const users: RingUser[] = ring.pids.map((pid) => ({
      facts: scan.processes.get(pid) ?? { pid, command: '?', hasKoffi: false },
      hold: socketHold(this.#procFolder, pid, label, sockets),
    }))
    const ends = ringEnds({
      users,
      listenerRole: ring.listenerRole,
      roleByKind: kind === 'calls' ? 'consumer' : kind === 'replies' ? 'producer' : undefined,
      sleeper: this.#sleeper(ring, known),
    })
    const process = (pid: number | undefined) => (pid === undefined ? null : processOf(pid, users, ends))
    const nowMs = performance.now()
    const rates = header === undefined ? undefined : known?.watch.see(header, nowMs)
    const madeMs = known?.access.madeMs
    return {
      kind,
      name: label,
      producer: process(ends.producer),
      consumer: process(ends.consumer),
      processes: ring.pids.map((pid) => processOf(pid, users, ends)),
      listenerPid: ends.listener ?? null,
      rolesFrom: ends.rolesFrom,
      capacityBytes: header?.capacityBytes ?? null,
      usedBytes: header?.usedBytes ?? null,
      producedBytesPerSecond: rates?.producedBytesPerSecond ?? null,
      consumedBytesPerSecond: rates?.consumedBytesPerSecond ?? null,
      // Between native peers alone the producer has a word.
      producerState:
        header !== undefined && ends.listenerIsNative && ends.connectorIsNative === true
          ? sideState(header.producerWord)
          : null,
      consumerState: header === undefined ? null : sideState(header.consumerWord),
      state: stateOf(ring),
      finding: header?.corruption ?? (ring.refusal === undefined ? null : whyUnreadable(ring.refusal)),
      ageMs: madeMs === undefined ? null : Math.max(0, Math.round(Date.now() - madeMs)),
      idleMs: rates?.idleMs == null ? null : Math.round(rates.idleMs),
      access: known?.access.way ?? 'none',
    }
  }

  /** Asked only where nothing else tells the roles, and remembered: a consumer stays one. */
  #sleeper({ header, mappings }: FoundRing, known: KnownRing | undefined): number | undefined {
    if (known === undefined || header === undefined || header.listenerRole !== undefined) return undefined
    const { sleeper } = known
    if (sleeper !== undefined && mappings.some(({ pid }) => pid === sleeper)) return sleeper
    known.sleeper = header.consumerWord === 0 ? undefined : sleepingConsumer(this.#procFolder, mappings)?.pid
    return known.sleeper
  }
}

/** Processes that have ended have no ring. Others are known by names and lengths alone: without the header's magic only what is called like a socket is taken for a ring. */
function refused(found: Pick<FoundRing, 'mappings' | 'label' | 'inode' | 'pids'>, refusal: string): FoundRing[] {
  if (refusal === 'ENOENT' || refusal === 'ESRCH') return []
  if (!found.label.includes('/') || found.label.startsWith('/dev/shm/')) return []
  return [{ ...found, header: undefined, refusal, listenerRole: undefined }]
}

function isStillThere({ through }: HeaderAccess, mappings: readonly SharedMapping[]): boolean {
  return through === undefined || mappings.some(({ pid, start }) => pid === through.pid && start === through.start)
}

function stateOf({ header, pids }: FoundRing): BusRow['state'] {
  if (header === undefined) return 'unreadable'
  if (header.corruption !== undefined) return 'corrupt'
  return pids.length === 1 ? 'alone' : 'open'
}

function processOf(pid: number, users: readonly RingUser[], ends: RingEnds): RingProcess {
  const facts = users.find((user) => user.facts.pid === pid)?.facts
  return { pid, command: facts?.command ?? '?', native: isNative(pid, facts?.hasKoffi ?? false, ends) }
}

function isNative(pid: number, hasKoffi: boolean, ends: RingEnds): boolean | null {
  // Whoever has not loaded koffi is no ringway, at whichever end it is.
  if (!hasKoffi) return false
  if (ends.listener === undefined) return null
  return pid === ends.listener ? ends.listenerIsNative : (ends.connectorIsNative ?? null)
}
