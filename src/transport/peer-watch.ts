import type { LinkEnd } from './link.js'

/** How a link learns that its peer is gone: one way for native peers, another for foreign ones. */
export interface PeerWatch {
  /** Called once, from the event loop or from inside `look`; never after `close`. */
  onEnd: ((end: LinkEnd) => void) | undefined
  /** Asks the kernel now. */
  look(): void
  /** Idempotent. */
  close(sayGoodbye: boolean): void
}
