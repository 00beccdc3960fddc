import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { PeerProgram } from '../support/available-peer.js'
import { contentSeed, streamSizes } from './end-task.js'
import type { Plan } from './plan.js'
import type { Victim } from './victim.js'

const endlessCount = 4_000_000_000
const deadlineS = 60
const retryMs = 10_000
const restUs = '30000-90000'

/** How a stock producer flushes: after each message, after some, when it has to. */
const flushEvery = [1, 5, 0] as const
const waitModes = ['futex', 'spin', 'poll'] as const

function optionsOf(plan: Plan): (string | number)[] {
  const { window, burst, victim } = plan
  const options: (string | number)[] = [
    '--count',
    endlessCount,
    '--seed',
    contentSeed(plan),
    '--sizes',
    streamSizes(plan),
  ]
  if (plan.victimPlace === 'listen') options.push('--capacity', plan.capacityBytes)
  else options.push('--retry-ms', retryMs)
  if (victim === 'producer') options.push('--flush-every', flushEvery[window % 3] as number)
  else if (plan.peer === 'stand-in') options.push('--wait', waitModes[window % 3] as string)
  if (burst >= 0 && plan.pauses === victim) options.push('--pause-every', burst + 1, '--pause-us', restUs)
  return [...options, '--deadline-s', deadlineS]
}

/** A foreign peer in the victim's part: it streams what both ends know beforehand until it is killed. */
export function startForeignVictim(program: PeerProgram, plan: Plan, path: string): Victim {
  const role = plan.victim === 'producer' ? 'produce' : 'consume'
  const args = [...program.arguments, plan.victimPlace, role, path, ...optionsOf(plan).map(String)]
  const child = spawn(program.file, args, { stdio: 'ignore' })
  const exited = once(child, 'close')
  return {
    exited,
    kill() {
      const killedNs = process.hrtime.bigint()
      child.kill('SIGKILL')
      return killedNs
    },
  }
}
