import type { FileDescriptor } from '../../ffi/index.js'
import type { ChannelEnd } from './channel.js'
import type { Side } from './side.js'

/** What a side finds when it begins. */
export interface Place<Shared = unknown> {
  /** For sockets and the like; exists, is this pair's own, and goes when the bench ends. */
  readonly folder: string
  /** The channel to the other side, which carries orders and answers too. */
  readonly channel: ChannelEnd
  /** What `prepare` made for this side. */
  readonly shared: Shared
  /** In the place of a descriptor that `prepare` made: the number it has in this process. */
  readonly descriptor: number
  /** The processors of the near and of the far side. */
  readonly processors: readonly [number, number]
}

export interface Prepared<Shared> {
  readonly near: Shared
  readonly far: Shared
  /** Parts of `far` that move there. */
  readonly transfer?: readonly import('node:worker_threads').MessagePort[]
  /** A file that both processes get; closed when both have it. */
  readonly file?: FileDescriptor
}

/**
 * A way to exchange messages, with its two sides. The near side starts the far side, which is a child process or a worker
 * thread of it, and every task begins at the near side.
 */
export interface Contender<Shared = unknown> {
  /** How its rows are called. */
  readonly title: string
  readonly between: 'processes' | 'threads' | 'nobody'
  /** Runs at the near side before there is a far side. */
  readonly prepare?: () => Prepared<Shared>
  readonly near: (place: Place<Shared>) => Side | Promise<Side>
  /** Left out by contenders that are `'nobody'`'s: those with a near side only. */
  readonly far?: (place: Place<Shared>) => Side | Promise<Side>
}
