import type { ChannelEnd } from '../harness/channel.js'
import type { Contender } from '../harness/contender.js'
import { type EventEnd, farEvents, nearEvents } from '../tasks/events.js'

/** The channel that orders and answers use too: between them it is quiet. */
function endOf(channel: ChannelEnd): EventEnd {
  const ipc = channel as NodeJS.Process
  const end: EventEnd = { send: (message) => ipc.send?.(message), onMessage: undefined }
  ipc.on('message', (message: unknown) => {
    if (message instanceof Uint8Array) end.onMessage?.(message)
  })
  return end
}

/** The channel of `child_process` between parent and child, with `serialization: 'advanced'`. */
export const childProcess: Contender = {
  title: 'child_process (advanced)',
  between: 'processes',
  near: ({ channel }) => ({ tasks: nearEvents(endOf(channel)), close: () => undefined }),
  far: ({ channel }) => ({ tasks: farEvents(endOf(channel)), close: () => undefined }),
}
