import { type Answer, type ChannelEnd, onMessage, post, type TaskInput } from './channel.js'

/** A task that a side was ordered to run. */
export interface Running {
  /** The side has the order and begins at once. */
  readonly ready: Promise<void>
  readonly done: Promise<unknown>
}

interface Waiting {
  readonly ready: () => void
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/** A side in another process or thread: runs one task after the other there. */
export class RemoteSide {
  /** Resolves when the side is connected to the other one. */
  readonly opened: Promise<void>
  onProgress: ((done: number) => void) | undefined
  readonly #end: ChannelEnd
  readonly #name: string
  #waiting: Waiting[] = []
  #failure: Error | undefined

  /** @param name tells in messages which side this is */
  constructor(end: ChannelEnd, name: string) {
    this.#end = end
    this.#name = name
    this.opened = new Promise((resolve, reject) => {
      this.#waiting.push({ ready: () => undefined, resolve: () => resolve(), reject })
    })
    // Whoever runs a task meets the failure there; until then it is nobody's.
    this.opened.catch(() => undefined)
    onMessage(end, 'answer', (answer) => this.#answered(answer))
    const emitter = end as NodeJS.EventEmitter
    emitter.on('error', (error: Error) => this.#fail(error))
    emitter.on('exit', (code: number | null, signal?: NodeJS.Signals) =>
      this.#fail(new Error(`${name} ended with ${signal ?? `exit code ${code}`}`)),
    )
  }

  run(task: string, input: TaskInput): Running {
    return this.#order(() => post(this.#end, { order: 'run', task, input }))
  }

  close(): Promise<unknown> {
    return this.#order(() => post(this.#end, { order: 'close' })).done
  }

  #order(give: () => void): Running {
    const failure = this.#failure
    let begun: () => void = () => undefined
    let neverBegun: (error: Error) => void = () => undefined
    const ready = new Promise<void>((resolve, reject) => {
      begun = resolve
      neverBegun = reject
    })
    const done = new Promise((resolve, reject) => {
      const rejectBoth = (error: Error): void => {
        neverBegun(error)
        reject(error)
      }
      if (failure !== undefined) return rejectBoth(failure)
      this.#waiting.push({ ready: begun, resolve, reject: rejectBoth })
      give()
    })
    ready.catch(() => undefined)
    done.catch(() => undefined)
    return { ready, done }
  }

  #answered(answer: Answer): void {
    const [first] = this.#waiting
    if (first === undefined) return
    switch (answer.answer) {
      case 'ready':
        first.ready()
        break
      case 'progress':
        this.onProgress?.(answer.done)
        break
      case 'failed':
        this.#waiting.shift()
        first.reject(new Error(`${this.#name} failed: ${answer.reason}`))
        break
      default:
        this.#waiting.shift()
        first.resolve(answer.answer === 'done' ? answer.result : undefined)
    }
  }

  #fail(error: Error): void {
    this.#failure = error
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error)
  }
}
