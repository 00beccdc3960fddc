import { createSealedMemfd, type FileDescriptor, MemoryMapping } from '../../../ffi/index.js'
import { DATA_OFFSET } from '../../../src/ring/ring-descriptor.js'
import { RingMemory } from '../../../src/ring/ring-memory.js'

/**
 * Memory that the attacker and the live process share. Arenas: rings that the attacker spoils and the live process attaches
 * to, in two banks, so that one is filled while the other is looked at. And a control block:
 *
 * ```
 *  0        1        2        3        4 … 63   64 + 64 × slot
 *  +--------+--------+--------+--------+--------+------ … -----+
 *  | posted | done   |at slot | stop   |   0    | sheets       |   32-bit words
 *  +--------+--------+--------+--------+--------+------ … -----+
 * ```
 * A sheet says what the live process is to do with the arena of its slot, and how that ended.
 */
export const banks = 2
export const slotsPerBank = 32
/** The last slot of a bank holds an honest stream, to see that the live process can still serve a good peer. */
export const hostileSlotsPerBank = slotsPerBank - 1

export const postedWord = 0
export const doneWord = 1
/** The slot that is being looked at, plus one; 0: none. */
export const atSlotWord = 2
export const stopWord = 3

const sheetWords = 64
export const sheetRole = 0
export const sheetActSeed = 1
export const sheetFlags = 2
export const sheetLaterCount = 3
/** Triples: step, byte offset, value. */
export const sheetLater = 4
export const sheetLaterMost = 16
export const sheetOutcome = 56
export const sheetMessages = 57

export const roleNone = 0
export const roleConsumer = 1
export const roleProducer = 2

/** The header is checked first, as after a handshake; otherwise it was spoilt between the check and the attachment. */
export const flagChecked = 1
export const flagNative = 2
/** The bytes change while they are read. */
export const flagScribbled = 4
export const flagGood = 8
/** Through `Region.adopt`, with a descriptor, as after a handshake. */
export const flagAdopted = 16

export const guardBytes = 4096
export const guardPattern = 0x5ca1_ab1e

const smallCapacities = [128, 256, 256, 512, 512, 1024, 1024, 1024, 2048, 4096] as const
const largeSlot = 30

export function capacityOfSlot(slot: number): number {
  const inBank = slot % slotsPerBank
  return inBank === largeSlot ? 65_536 : (smallCapacities[inBank % smallCapacities.length] as number)
}

export interface Arena {
  readonly descriptor: FileDescriptor | undefined
  readonly mapping: MemoryMapping
  readonly memory: RingMemory
  /** Behind the ring, where nobody may write. Empty where the memory must be as long as a ring is. */
  readonly guard: Int32Array
}

export interface Stage {
  readonly control: Int32Array
  readonly controlAddress: bigint
  readonly arenas: readonly Arena[]
}

const controlBytes = (64 + sheetWords * banks * slotsPerBank) * Int32Array.BYTES_PER_ELEMENT

export function sheetOf(control: Int32Array, slot: number): Int32Array {
  const at = 64 + slot * sheetWords
  return control.subarray(at, at + sheetWords)
}

/** Made by the attacker. @returns the stage, and the descriptors to pass on, in the order in which `openStage` takes them */
export function createStage(guarded: boolean): { stage: Stage; descriptors: FileDescriptor[] } {
  const control = createSealedMemfd('fuzz-control', controlBytes)
  const descriptors = [control]
  const arenas = Array.from({ length: banks * slotsPerBank }, (_, slot) => {
    const descriptor = createSealedMemfd('fuzz-arena', arenaBytes(slot, guarded))
    descriptors.push(descriptor)
    const arena = mapArena(descriptor, slot, guarded)
    arena.guard.fill(guardPattern)
    return arena
  })
  return { stage: mapControl(control, arenas), descriptors }
}

/** Opened by the live process. @param fds as the attacker passed them on */
export function openStage(control: FileDescriptor, arenas: readonly FileDescriptor[], guarded: boolean): Stage {
  return mapControl(
    control,
    arenas.map((descriptor, slot) => mapArena(descriptor, slot, guarded)),
  )
}

function arenaBytes(slot: number, guarded: boolean): number {
  return DATA_OFFSET + capacityOfSlot(slot) + (guarded ? guardBytes : 0)
}

function mapControl(control: FileDescriptor, arenas: readonly Arena[]): Stage {
  const mapping = MemoryMapping.map(control.fd, controlBytes)
  return { control: new Int32Array(mapping.buffer), controlAddress: mapping.address, arenas }
}

function mapArena(descriptor: FileDescriptor, slot: number, guarded: boolean): Arena {
  const mapping = MemoryMapping.map(descriptor.fd, arenaBytes(slot, guarded))
  const capacityBytes = capacityOfSlot(slot)
  return {
    descriptor,
    mapping,
    memory: new RingMemory(mapping.buffer, capacityBytes),
    guard: new Int32Array(mapping.buffer, DATA_OFFSET + capacityBytes),
  }
}
