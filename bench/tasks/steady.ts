import type { TaskInput } from '../harness/channel.js'
import { type Collections, collectionsDuring } from '../harness/collections.js'
import type { Side } from '../harness/side.js'

/**
 * `steady`: the task `stream` a second time, when its code is compiled, with an eye on the garbage collector. One way,
 * `trySend` into `consume`.
 */
export function withSteady(tasks: Side['tasks']): Side['tasks'] {
  return {
    ...tasks,
    async steady(input: TaskInput, report): Promise<Collections> {
      const stream = tasks['stream']
      if (stream === undefined) throw new Error('there is no stream to watch')
      await stream({ ...input, count: Math.ceil(input.count / 5) }, report)
      return await collectionsDuring(() => stream(input, report))
    },
  }
}
