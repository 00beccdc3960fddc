import type { ProcessHandle } from '../../ffi/index.js'
import type { LinkEnd } from './link.js'
import type { PeerWatch } from './peer-watch.js'

/** Half of what a death may take to be noticed; twenty wake-ups a second are next to nothing. */
const watchIntervalMs = 50

/** The processes that this thread watches, and the one timer that does it. */
const watched = new Set<ForeignWatch>()
let timer: NodeJS.Timeout | undefined

function watch(entry: ForeignWatch): void {
  watched.add(entry)
  timer ??= setInterval(() => {
    for (const each of [...watched]) each.look()
  }, watchIntervalMs).unref()
}

function unwatch(entry: ForeignWatch): void {
  watched.delete(entry)
  if (watched.size > 0) return
  clearInterval(timer)
  timer = undefined
}

/** A foreign peer says nothing when it ends; the kernel does, when its process exits. */
export class ForeignWatch implements PeerWatch {
  onEnd: ((end: LinkEnd) => void) | undefined
  readonly #peerProcess: ProcessHandle | undefined
  #open = true

  /** @param peerProcess undefined where the kernel gives no handle: such a peer's end cannot be noticed */
  constructor(peerProcess: ProcessHandle | undefined) {
    this.#peerProcess = peerProcess
    if (peerProcess !== undefined) watch(this)
  }

  look(): void {
    if (!this.#open || this.#peerProcess === undefined || !this.#peerProcess.exited()) return
    this.close()
    this.onEnd?.('peer-exited')
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    unwatch(this)
    this.#peerProcess?.close()
  }
}
