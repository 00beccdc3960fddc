import type { TaskInput } from '../harness/channel.js'
import { type Collections, collectionsDuring } from '../harness/collections.js'
import type { Side } from '../harness/side.js'

/** Round trips of the near side, in nanoseconds each; the far side knows none. */
export interface Watched extends Collections {
  readonly samplesNs: Float64Array | undefined
}

/** `watchedRoundTrip`: the task `roundTrip`, with an eye on the garbage collector of either side. */
export function withWatched(tasks: Side['tasks']): Side['tasks'] {
  return {
    ...tasks,
    async watchedRoundTrip(input: TaskInput, report): Promise<Watched> {
      const { roundTrip } = tasks
      if (roundTrip === undefined) throw new Error('there are no round trips to watch')
      let result: unknown
      const collections = await collectionsDuring(async () => {
        result = await roundTrip(input, report)
      })
      return { ...collections, samplesNs: result instanceof Float64Array ? result : undefined }
    },
  }
}
