import { ErrorCode, RingwayError } from '../errors.js'

/** Where the system keeps named memory and named semaphores. */
export const namedMemoryFolder = '/dev/shm'

/** The longest file name, less `sem.srb_` and `_resp_empty`. */
const maxNameBytes = 255 - 19

export interface SlotNames {
  readonly memory: string
  readonly empty: string
  readonly full: string
}

/** What shm-rpc-bridge calls the two directions of a channel. */
export interface BridgeNames {
  readonly request: SlotNames
  readonly response: SlotNames
}

function slotNames(memory: string): SlotNames {
  return { memory, empty: `${memory}_empty`, full: `${memory}_full` }
}

export function bridgeNames(name: string): BridgeNames {
  const bytes = typeof name === 'string' ? Buffer.byteLength(name) : 0
  if (bytes === 0 || bytes > maxNameBytes || name.includes('/') || name.includes('\0')) {
    throw new RingwayError(
      ErrorCode.invalidArgument,
      `The name of a bridge is 1 to ${maxNameBytes} bytes without a slash, not ${JSON.stringify(name)} (${bytes} bytes)`,
    )
  }
  return { request: slotNames(`srb_${name}_req`), response: slotNames(`srb_${name}_resp`) }
}

/** The files behind the names of one direction: its memory, then its semaphores. */
export function slotFiles({ memory, empty, full }: SlotNames): [string, string, string] {
  return [`${namedMemoryFolder}/${memory}`, semaphoreFile(empty), semaphoreFile(full)]
}

export function bridgeFiles({ request, response }: BridgeNames): string[] {
  return [...slotFiles(request), ...slotFiles(response)]
}

export function semaphoreFile(name: string): string {
  return `${namedMemoryFolder}/sem.${name}`
}
