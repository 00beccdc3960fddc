// One end of a link. Arguments: what to do, the path, and how the link is made and waited on ('async' or 'sync').
// Prints a line of JSON for each thing that happens.
import { closeSync, openSync } from 'node:fs'
import { connectUnix, type FileDescriptor, receiveWithDescriptors } from '../../../ffi/index.js'
import {
  CONSUMER_WORD_OFFSET,
  PRODUCER_WORD_OFFSET,
  TAIL_OFFSET,
  WORD_FUTEX,
} from '../../../src/ring/ring-descriptor.js'
import { SleepWord } from '../../../src/ring/sleep-word.js'
import { connectLink, connectLinkSync } from '../../../src/transport/connector.js'
import type { Lane, Link } from '../../../src/transport/link.js'
import { acceptLinks, listenLink, listenLinkSync } from '../../../src/transport/listener.js'

const [, , task = '', path = '', form = 'async'] = process.argv

function tell(event: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(event)}\n`)
}

function listen(): Promise<Link> | Link {
  const options = { role: 'consumer', onListening: () => tell({ listening: true }) } as const
  return form === 'sync' ? listenLinkSync(path, [4096], options) : listenLink(path, [4096], options)
}

function connect(): Promise<Link> | Link {
  const options = { role: 'producer', waitForListenerMs: 30_000 } as const
  return form === 'sync' ? connectLinkSync(path, 1, options) : connectLink(path, 1, options)
}

/** Waits until the position that this side does not move differs from `seen`, or the peer is gone. */
async function waitForMove(link: Link, lane: Lane, index: number, seen: number): Promise<void> {
  const { words } = lane.memory
  while (Atomics.load(words, index) === seen && link.end === undefined) {
    if (form === 'sync') {
      lane.sleeper.sleepSync(seen, 20)
      link.look()
    } else {
      await new Promise<void>((resolve) => {
        const alive = setInterval(() => {}, 1000)
        const done = () => {
          clearInterval(alive)
          resolve()
        }
        link.onEnd = done
        if (!lane.sleeper.arm(seen, done)) done()
      })
    }
  }
}

/** Takes every descriptor there is but a few. */
function hoardDescriptors(hoarded: number[], left: number): void {
  try {
    for (;;) hoarded.push(openSync('/dev/null', 'r'))
  } catch {
    for (let count = 0; count < left; count++) closeSync(hoarded.pop() as number)
  }
}

const tasks: Record<string, () => Promise<void>> = {
  /** Consumes by the position alone: answers every move of the head with the same move of the tail. */
  async echo() {
    const link = await listen()
    tell({ peer: link.peer })
    const lane = link.lanes[0] as Lane
    const { words } = lane.memory
    const producerWord = new SleepWord(words, PRODUCER_WORD_OFFSET, TAIL_OFFSET)
    for (let seen = 0; link.end === undefined; seen += 64) {
      await waitForMove(link, lane, 32, seen)
      Atomics.store(words, TAIL_OFFSET / 4, seen + 64)
      const kind = producerWord.takeSleeper()
      if (kind !== 0) lane.wakePeer(kind)
    }
    tell({ end: link.end })
    link.release('closed')
  },

  /** Makes a link and says goodbye. */
  async goodbye() {
    const link = await connect()
    tell({ peer: link.peer })
    link.release('closed')
  },

  /** Makes a link, waits on it in the background, and has nothing else to do. */
  async leave() {
    const link = await connect()
    link.lanes[0]?.sleeper.arm(0, () => {})
    tell({ peer: link.peer })
  },

  /** The same, as the consumer of a foreign producer, for which a thread waits. */
  async leaveConsuming() {
    const link = await connectLink(path, 1, { role: 'consumer', waitForListenerMs: 30_000 })
    link.lanes[0]?.sleeper.arm(0, () => {})
    await new Promise((resolve) => setTimeout(resolve, 300))
    if (link.lanes[0]?.memory.words[CONSUMER_WORD_OFFSET / 4] !== WORD_FUTEX) throw new Error('no thread waits')
    tell({ peer: link.peer })
  },

  /** Makes a link and keeps it until it is killed. */
  async stay() {
    const link = await connect()
    tell({ peer: link.peer })
    setInterval(() => {}, 1000)
  },

  /** Connects as a stock program does, and stays until it is killed. */
  async stayForeign() {
    let socket: FileDescriptor | undefined
    while (socket === undefined) {
      try {
        socket = connectUnix(path)
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    }
    while (receiveWithDescriptors(socket.fd, new Uint8Array(32), 1) === undefined);
    socket.close()
    setInterval(() => {}, 1000)
  },

  /** Listens, takes nobody, and has nothing else to do. */
  async acceptAndLeave() {
    const queue = acceptLinks(path, [4096], { role: 'consumer' })
    const { value } = await queue.next()
    tell({ peer: value?.peer })
  },

  /** The same, and stays until it is told to leave. */
  async acceptAndLeaveLater() {
    const queue = acceptLinks(path, [256], { role: 'consumer' })
    const { value } = await queue.next()
    tell({ peer: value?.peer })
    process.stdin.once('data', () => process.stdin.destroy())
  },

  /** Has one descriptor left when the first peer comes: it takes that, and there is none for the memory. */
  async runOutOfDescriptors() {
    const hoarded: number[] = []
    const queue = acceptLinks(path, [4096], {
      role: 'consumer',
      onListening: () => {
        hoardDescriptors(hoarded, 1)
        tell({ listening: true })
      },
      onPeerError: ({ code, message }) => {
        for (const fd of hoarded) closeSync(fd)
        tell({ code, message })
      },
    })
    const { value } = await queue.next()
    tell({ peer: value?.peer })
    await queue.return?.()
    value?.release('closed')
  },

  /** Has descriptors left for the connection and for the peer's process, and none for the memory. */
  async connectWithoutDescriptors() {
    // What is loaded at the first use needs descriptors too.
    await connectLink(`${path}-none`, 1, { role: 'producer' }).catch(() => {})
    const hoarded: number[] = []
    hoardDescriptors(hoarded, 2)
    const outcome = await connectLink(path, 1, { role: 'producer' }).catch((error: Error) => error)
    for (const fd of hoarded) closeSync(fd)
    if (outcome instanceof Error) tell({ message: outcome.message })
  },

  /** Waits for a peer that never comes, and is killed. */
  async waitForPeer() {
    await listen()
  },

  /** Stops itself in the middle of the handshake, and goes on when it is continued. */
  async stopInHandshake() {
    const link = await connectLink(path, 1, {
      role: 'producer',
      waitForListenerMs: 30_000,
      timeoutMs: 30_000,
      allow: () => {
        process.kill(process.pid, 'SIGSTOP')
        return true
      },
    })
    tell({ peer: link.peer })
    link.release('closed')
  },
}

await tasks[task]?.()
