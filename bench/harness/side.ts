import { type Answer, type ChannelEnd, type Order, onMessage, post, type TaskInput } from './channel.js'
import type { RemoteSide } from './remote-side.js'
import { sampled } from './sampled.js'

/** @param report tells the coordinator how far the task has come */
export type Task = (input: TaskInput, report: (done: number) => void) => unknown

/**
 * One of the two sides of a contender, in a process or a thread of its own. Both sides have tasks of the same names, and
 * the two that have the same name run at the same time: one sends what the other awaits.
 */
export interface Side {
  readonly tasks: Readonly<Record<string, Task>>
  close(): void | Promise<void>
}

/** Results of the two sides of one task. */
export interface Results<Near = unknown, Far = unknown> {
  readonly near: Near
  readonly far: Far
}

async function perform(task: Task, input: TaskInput, report: (done: number) => void): Promise<unknown> {
  const result = await task(input, report)
  if (input.histogram !== true || !(result instanceof Float64Array)) return result
  return await sampled(result.subarray(input.dropped ?? 0))
}

/**
 * Obeys orders until the channel closes.
 * @param partner the other side, when this one is in charge of it: it is told first, and is ready before this one begins
 */
export function serve(end: ChannelEnd, side: Side, partner?: RemoteSide): void {
  const answer = (message: Answer): void => post(end, message)
  const report = (done: number): void => answer({ answer: 'progress', done })
  const run = async (name: string, input: TaskInput): Promise<unknown> => {
    const task = side.tasks[name]
    if (task === undefined) throw new Error(`there is no task ${name}`)
    if (partner === undefined) {
      answer({ answer: 'ready' })
      return await perform(task, input, report)
    }
    const far = partner.run(name, input)
    await far.ready
    answer({ answer: 'ready' })
    // Whichever side fails first: the other one may be waiting for it in vain.
    const [near, farResult] = await Promise.all([perform(task, input, report), far.done])
    return { near, far: farResult }
  }
  if (partner !== undefined) partner.onProgress = report
  const obey = async (order: Order): Promise<unknown> => {
    if (order.order === 'run') return await run(order.task, order.input)
    await Promise.all([partner?.close(), side.close()])
    return undefined
  }
  onMessage(end, 'order', (order) => {
    obey(order).then(
      (result) => answer({ answer: 'done', result }),
      (error) => answer({ answer: 'failed', reason: error instanceof Error ? (error.stack ?? '') : String(error) }),
    )
  })
  answer({ answer: 'open' })
}
