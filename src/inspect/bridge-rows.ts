import { bridgeOfFile } from '../transport/left-bridges.js'
import type { BusRow } from './bus-row.js'
import type { ProcessScan } from './process-scan.js'
import type { SharedMapping } from './shared-mapping.js'

const namedMemory = '/dev/shm/'

/** The bridge that a mapping belongs to, by the name of its file. Its semaphores are not counted. */
export function bridgeOfMapping({ label }: SharedMapping): string | undefined {
  if (!label.startsWith(namedMemory)) return undefined
  const file = label.slice(namedMemory.length)
  return file.startsWith('sem.') ? undefined : bridgeOfFile(file)
}

/** shm-rpc-bridge's channels. Its wire has neither positions nor roles, so there is little to tell: who maps them. */
export function bridgeRows({ files, processes }: ProcessScan): BusRow[] {
  const bridges = new Map<string, SharedMapping[]>()
  for (const mapping of [...files.values()].flat()) {
    const name = bridgeOfMapping(mapping)
    if (name !== undefined) bridges.set(name, [...(bridges.get(name) ?? []), mapping])
  }
  return [...bridges].map(([name, mappings]): BusRow => {
    const pids = [...new Set(mappings.map(({ pid }) => pid))]
    const users = pids.map((pid) => ({ pid, command: processes.get(pid)?.command ?? '?', native: null }))
    return {
      kind: 'bridge',
      name,
      producer: null,
      consumer: null,
      processes: users,
      listenerPid: null,
      rolesFrom: 'nothing',
      capacityBytes: null,
      usedBytes: null,
      producedBytesPerSecond: null,
      consumedBytesPerSecond: null,
      producerState: null,
      consumerState: null,
      state: pids.length > 1 ? 'open' : 'alone',
      finding: null,
      ageMs: null,
      idleMs: null,
      access: 'none',
    }
  })
}
