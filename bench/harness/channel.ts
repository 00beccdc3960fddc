import type { ChildProcess } from 'node:child_process'
import type { MessagePort, Worker } from 'node:worker_threads'

/** Whatever carries orders and answers between two sides. */
export type ChannelEnd = ChildProcess | NodeJS.Process | Worker | MessagePort

/** What the coordinator asks of a side. */
export type Order =
  | { readonly order: 'run'; readonly task: string; readonly input: TaskInput }
  | { readonly order: 'close' }

/** What a side tells about itself: that it is connected; that it is about to begin a task; how the task went. */
export type Answer =
  | { readonly answer: 'open' }
  | { readonly answer: 'ready' }
  | { readonly answer: 'progress'; readonly done: number }
  | { readonly answer: 'done'; readonly result: unknown }
  | { readonly answer: 'failed'; readonly reason: string }

/** Parameters of a task; each task says which it reads. */
export interface TaskInput {
  /** Messages, or round trips. */
  readonly count: number
  /** How many times `count`, timed one by one. */
  readonly batches?: number
  readonly sizeBytes?: number
  readonly ms?: number
  /** Before the time that counts. */
  readonly settleMs?: number
  /** Calls in flight at a time. */
  readonly lanes?: number
  /** Publish in groups. */
  readonly corked?: boolean
  /** The receiver copies each message out of the ring. */
  readonly copyOut?: boolean
  /** Compare every byte, rather than both ends of each message. */
  readonly whole?: boolean
  /** Answer with a histogram of the samples, made when the task is over, rather than with the samples. */
  readonly histogram?: boolean
  /** So many samples at the beginning stay out of the histogram: both sides slept before the task. */
  readonly dropped?: number
}

export function post(end: ChannelEnd, message: Order | Answer): void {
  if ('postMessage' in end) end.postMessage(message)
  else end.send?.(message)
}

/** Messages of other kinds pass by: a contender may be measuring this very channel. */
export function onMessage<Kind extends 'order' | 'answer'>(
  end: ChannelEnd,
  kind: Kind,
  listener: (message: Kind extends 'order' ? Order : Answer) => void,
): void {
  const filter = (message: unknown): void => {
    if (typeof message === 'object' && message !== null && kind in message) {
      listener(message as Kind extends 'order' ? Order : Answer)
    }
  }
  ;(end as NodeJS.EventEmitter).on('message', filter)
}
