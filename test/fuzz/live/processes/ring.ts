// The live process of the targets `records` and `header`: attaches the library to one spoilt arena after the other. Its
// descriptors: 3 is the control block, and from 4 on the arenas. Argument: `guarded` or `exact`.
import { openSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { FileDescriptor, futexWait, futexWake } from '../../../../ffi/index.js'
import { ErrorCode, type RingwayError } from '../../../../src/errors.js'
import { checkRing } from '../../../../src/ring/arena-header.js'
import { HEAD_OFFSET, STATE_FATAL, STATE_OFFSET, TAIL_OFFSET } from '../../../../src/ring/ring-descriptor.js'
import { Region } from '../../../../src/transport/region.js'
import { SeededRandom } from '../../seeded-random.js'
import { type Act, actAsConsumer, checkStaysCorrupt } from '../consumer-acts.js'
import { describe, outcomeAccepted, outcomeOf, outcomeViolation, reasonOf, Violation } from '../oracle.js'
import { actAsProducer } from '../producer-acts.js'
import {
  type Arena,
  atSlotWord,
  banks,
  capacityOfSlot,
  doneWord,
  flagAdopted,
  flagChecked,
  flagGood,
  flagNative,
  flagScribbled,
  openStage,
  postedWord,
  roleConsumer,
  roleNone,
  sheetActSeed,
  sheetFlags,
  sheetLater,
  sheetLaterCount,
  sheetMessages,
  sheetOf,
  sheetOutcome,
  sheetRole,
  slotsPerBank,
  stopWord,
} from '../stage.js'
import { StageBus, StageLink } from '../stage-link.js'

const guarded = process.argv[2] === 'guarded'
const firstArenaFd = 4
const looksBeforeSleep = 500
const sleepMs = 20
/** Mappings are given back when their buffers are collected, and a process may have 65 530. */
const adoptedPerCollection = 4096

/** What this place may throw; any other code, documented or not, would be a surprise here. */
const expected: ReadonlySet<string> = new Set([
  ErrorCode.corrupt,
  ErrorCode.abiMismatch,
  ErrorCode.closed,
  ErrorCode.timeout,
  ErrorCode.busy,
  ErrorCode.tooLarge,
  ErrorCode.wouldStall,
])

const slots = banks * slotsPerBank
const stage = openStage(
  new FileDescriptor(3),
  Array.from({ length: slots }, (_, slot) => new FileDescriptor(firstArenaFd + slot)),
  guarded,
)
const { control, controlAddress, arenas } = stage
const sheets = Array.from({ length: slots }, (_, slot) => sheetOf(control, slot))
const reasons = new Map<string, number>()
let adopted = 0

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

/** Nothing of the library may end up here. */
function surprised(what: string): (error: unknown) => void {
  return (error) => {
    say({ violation: `${what}: ${describe(error)}`, slot: (control[atSlotWord] as number) - 1 })
    process.exit(70)
  }
}
process.on('uncaughtException', surprised('uncaught exception'))
process.on('unhandledRejection', surprised('unhandled rejection'))

function laterChanges(sheet: Int32Array, words: Int32Array): (step: number) => void {
  const count = Math.max(0, sheet[sheetLaterCount] as number)
  return (step) => {
    for (let at = sheetLater; at < sheetLater + 3 * count; at += 3) {
      if (sheet[at] === step) words[(sheet[at + 1] as number) / 4] = sheet[at + 2] as number
    }
  }
}

function changesLater(sheet: Int32Array, offset: number): boolean {
  const count = Math.max(0, sheet[sheetLaterCount] as number)
  for (let at = 0; at < count; at++) if (sheet[sheetLater + 3 * at + 1] === offset) return true
  return false
}

function attach(arena: Arena, slot: number, sheet: Int32Array, random: SeededRandom): StageBus {
  const flags = sheet[sheetFlags] as number
  const role = sheet[sheetRole] === roleConsumer ? 'consumer' : 'producer'
  const native = (flags & flagNative) !== 0
  const options = {
    hotUs: random.pick([0, 0, 50]),
    debug: random.oneIn(8),
    pureSpin: random.oneIn(16),
    allowStall: random.oneIn(2),
  }
  if ((flags & flagAdopted) !== 0) {
    const descriptor = new FileDescriptor(openSync(`/proc/self/fd/${firstArenaFd + slot}`, 'r+'))
    adopted++
    const region = Region.adopt(descriptor, capacityOfSlot(slot))
    return new StageBus(
      new StageLink(region.memory, region.addressOf(0), role, native, () => region.release()),
      options,
    )
  }
  if ((flags & flagChecked) !== 0) checkRing(arena.memory.words, arena.memory.capacityBytes)
  return new StageBus(new StageLink(arena.memory, arena.mapping.address, role, native, () => undefined), options)
}

async function look(arena: Arena, slot: number, sheet: Int32Array): Promise<number> {
  const random = new SeededRandom(sheet[sheetActSeed] as number)
  const scribbled = ((sheet[sheetFlags] as number) & flagScribbled) !== 0
  let act: Act | undefined
  try {
    const bus = attach(arena, slot, sheet, random)
    if (!scribbled && bus.role === 'producer') expectSensible(arena)
    const moment = laterChanges(sheet, arena.memory.words)
    act = { bus, random, moment, messages: 0 }
    if (((sheet[sheetFlags] as number) & flagGood) !== 0) expectGood(act, -(sheet[sheetLaterCount] as number))
    else await (bus.role === 'consumer' ? actAsConsumer(act) : actAsProducer(act))
    return outcomeAccepted
  } catch (error) {
    const outcome = outcomeOf(error, expected)
    if (outcome === outcomeViolation) throw error
    judge(error as RingwayError, act, arena, scribbled || changesLater(sheet, STATE_OFFSET))
    return outcome
  } finally {
    act?.bus.close()
    sheet[sheetMessages] = act?.messages ?? 0
  }
}

/** @param stateMoves somebody else may have changed it since */
function judge(error: RingwayError, act: Act | undefined, { memory }: Arena, stateMoves: boolean): void {
  const { code, message } = error
  const reason = code === ErrorCode.corrupt || code === ErrorCode.abiMismatch ? reasonOf(error) : code
  reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  if (code !== ErrorCode.corrupt || act === undefined) return
  checkStaysCorrupt(act.bus, error)
  const state = Atomics.load(memory.words, STATE_OFFSET / 4)
  if (state !== STATE_FATAL && !stateMoves) throw new Violation(`the ring's state is ${state} after: ${message}`)
}

/** A producer looks at the tail as soon as it attaches, and must not go on with one that no consumer can have come to. */
function expectSensible({ memory }: Arena): void {
  const head = Atomics.load(memory.words, HEAD_OFFSET / 4)
  const tail = Atomics.load(memory.words, TAIL_OFFSET / 4)
  const used = (head - tail) >>> 0
  if (used <= memory.capacityBytes && head % 64 === 0 && tail % 64 === 0) return
  throw new Violation(`a producer has attached to head ${head} and tail ${tail}, in a ring of ${memory.capacityBytes}`)
}

function expectGood(act: Act, count: number): void {
  for (let index = 1; index <= count; index++) {
    const message = act.bus.tryRecv()
    if (message?.typeId !== index || !message.data.every((byte) => byte === index)) {
      throw new Violation(
        `message ${index} of ${count} of a good peer came as ${message?.typeId}, ${message?.data.length}`,
      )
    }
  }
  if (act.bus.tryRecv() !== undefined) throw new Violation(`more than the ${count} messages of a good peer`)
  act.messages = count
}

async function lookAtBank(bank: number): Promise<void> {
  for (let slot = bank * slotsPerBank; slot < (bank + 1) * slotsPerBank; slot++) {
    const sheet = sheets[slot] as Int32Array
    if (sheet[sheetRole] === roleNone) continue
    Atomics.store(control, atSlotWord, slot + 1)
    try {
      sheet[sheetOutcome] = await look(arenas[slot] as Arena, slot, sheet)
    } catch (error) {
      sheet[sheetOutcome] = outcomeViolation
      say({ violation: describe(error), slot })
    }
  }
  Atomics.store(control, atSlotWord, 0)
}

say({ ready: true })
const collect = (globalThis as { gc?: () => void }).gc
let done = 0
for (let missed = 0; Atomics.load(control, stopWord) === 0; ) {
  if (Atomics.load(control, postedWord) === done) {
    if (++missed < looksBeforeSleep) continue
    // Whoever made us may be gone.
    if (process.ppid === 1) break
    futexWait(controlAddress + BigInt(4 * postedWord), done, sleepMs)
    continue
  }
  missed = 0
  await lookAtBank(done % banks)
  if (adopted >= adoptedPerCollection) {
    adopted = 0
    collect?.()
    await turn()
  }
  done++
  Atomics.store(control, doneWord, done)
  futexWake(controlAddress + BigInt(4 * doneWord), 1)
}
say({ reasons: Object.fromEntries(reasons) })
