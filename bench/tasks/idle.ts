import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TaskInput } from '../harness/channel.js'
import { messageBytes, StampedMessage, verify } from '../harness/message.js'
import type { Side } from '../harness/side.js'
import type { BusEnds } from './bus-ends.js'

type Tasks = Side['tasks']

/** CPU time that this process used while something waited for `ms`. */
export interface IdleCost {
  readonly cpuUs: number
  readonly elapsedMs: number
}

export async function cpuWhileIdle(ms: number): Promise<IdleCost> {
  const began = performance.now()
  const beforeNs = processorTimeNs()
  await sleep(ms)
  return { cpuUs: (processorTimeNs() - beforeNs) / 1000, elapsedMs: performance.now() - began }
}

/**
 * What all threads of this process have run. Not `process.cpuUsage()`: a kernel that counts in ticks charges a whole one
 * of 4 ms to whoever a timer has just woken, and makes a tenfold of what a resting process uses.
 */
function processorTimeNs(): number {
  const threads = readdirSync('/proc/self/task')
  return threads.reduce((sum, thread) => sum + Number(schedstat(thread).split(' ')[0]), 0)
}

function schedstat(thread: string): string {
  try {
    return readFileSync(`/proc/self/task/${thread}/schedstat`, 'latin1')
  } catch {
    // It has ended since the folder was read.
    return '0'
  }
}

/** Traffic first, so that what is measured is how a bus comes to rest. */
const warmUps = 1000
/** For the last window of looking to end, and for V8 to clean up behind the traffic, which takes it some seconds. */
export function settleMs(idleMs: number): number {
  return 2 * idleMs
}

async function nearIdle({ tx, rx }: BusEnds, { ms = 0 }: TaskInput): Promise<IdleCost> {
  const message = new StampedMessage()
  for (let index = 0; index < warmUps; index++) {
    message.stamp(index)
    await tx.send(message.bytes)
    verify((await rx.recv())?.data, messageBytes, index)
  }
  const reply = rx.recv()
  await sleep(settleMs(ms))
  const cost = await cpuWhileIdle(ms)
  message.stamp(warmUps)
  await tx.send(message.bytes)
  verify((await reply)?.data, messageBytes, warmUps, true)
  return cost
}

async function farIdle({ tx, rx }: BusEnds, { ms = 0 }: TaskInput): Promise<IdleCost> {
  let received = 0
  let cost: Promise<IdleCost> | undefined
  for await (const message of rx) {
    await tx.send(message.data)
    received++
    if (received === warmUps) cost = sleep(settleMs(ms)).then(() => cpuWhileIdle(ms))
    if (received > warmUps) break
  }
  if (cost === undefined) throw new Error(`the stream ended after ${received} messages`)
  return await cost
}

/**
 * `idle`: traffic, then nothing for `ms`, while near waits in `await recv()` and far in `for await`; then one more message,
 * which must arrive.
 */
export function nearIdleness(ends: BusEnds): Tasks {
  return { idle: (input) => nearIdle(ends, input) }
}

export function farIdleness(ends: BusEnds): Tasks {
  return { idle: (input) => farIdle(ends, input) }
}
