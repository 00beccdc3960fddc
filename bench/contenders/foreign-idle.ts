import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Bus } from '../../src/index.js'
import type { TaskInput } from '../harness/channel.js'
import type { Contender } from '../harness/contender.js'
import { messageBytes } from '../harness/message.js'
import { type IdleCost, settledCost } from '../tasks/idle.js'

const capacityBytes = 1 << 16
/** As the native peer of `idle` sends before it rests. */
const burstMessages = 1000
/** Time enough to stop it in. */
const pauseMs = 1000

/** From the bundles in `.build/bench`. */
const peers = fileURLToPath(new URL('../../.peers', import.meta.url))

/** The stand-in peer that the interop tests compiled last, if they did. */
export function compiledStandIn(): string | undefined {
  try {
    const files = readdirSync(peers).filter((name) => /^stand-in-[0-9a-f]{16}$/.test(name))
    const byAge = files.map((name) => join(peers, name)).sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
    return byAge[0]
  } catch {
    return undefined
  }
}

/** It pauses before every burst, the first one too. */
function startStandIn(file: string, path: string): ChildProcess {
  const pauses = ['--pause-every', String(burstMessages), '--pause-us', String(pauseMs * 1000)]
  const args = ['connect', 'produce', path, '--count', String(2 * burstMessages), '--sizes', String(messageBytes)]
  const child = spawn(file, [...args, ...pauses, '--retry-ms', '5000'], { stdio: ['ignore', 'ignore', 2] })
  process.on('exit', () => child.kill('SIGKILL'))
  return child
}

async function idle(folder: string, input: TaskInput): Promise<IdleCost> {
  const file = compiledStandIn()
  if (file === undefined) throw new Error('the stand-in peer is not compiled')
  const path = join(folder, 'foreign')
  let peer: ChildProcess | undefined
  const bus = await Bus.listen(path, capacityBytes, {
    onListening: () => {
      peer = startStandIn(file, path)
    },
  })
  let received = 0
  let cost: Promise<IdleCost> | undefined
  for await (const message of bus) {
    if (message.data.byteLength !== messageBytes) throw new Error(`a message of ${message.data.byteLength} bytes`)
    if (++received === burstMessages) {
      // Its pause may end before the time that is measured: it is held there until then.
      peer?.kill('SIGSTOP')
      cost = settledCost(input).finally(() => peer?.kill('SIGCONT'))
    }
  }
  bus.close()
  if (cost === undefined || received !== 2 * burstMessages) throw new Error(`${received} messages`)
  return await cost
}

/**
 * A process that waits in `for await` for a peer that can only wake a futex: a burst of messages, nothing while it is
 * measured, and another burst, all of which must arrive.
 */
export const foreignIdle: Contender = {
  title: 'ringway Bus, foreign peer',
  between: 'nobody',
  near: ({ folder }) => ({ tasks: { idle: (input) => idle(folder, input) }, close: () => undefined }),
}
