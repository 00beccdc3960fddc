import { setImmediate as nextTurn } from 'node:timers/promises'
import { listProc, readProc } from './proc-text.js'
import { type ProcessFacts, processFacts } from './process-facts.js'
import { type SharedMapping, sharedMappings } from './shared-mapping.js'

/** Who maps what, as of one walk through `/proc`: processes come and go meanwhile. */
export interface ProcessScan {
  /** Per file (`SharedMapping.file`) every mapping of it, in the order of the processes. */
  readonly files: ReadonlyMap<string, readonly SharedMapping[]>
  readonly processes: ReadonlyMap<number, ProcessFacts>
}

/** About a millisecond's worth. */
const processesPerTurn = 16

/**
 * Reads the maps of every process that this user may look into, 20 to 100 µs each, and lets the event loop run meanwhile.
 * @param isWanted which mappings matter: facts are gathered only about processes that have some
 */
export async function scanProcesses(
  procFolder: string,
  isWanted: (mapping: SharedMapping) => boolean,
): Promise<ProcessScan> {
  const files = new Map<string, SharedMapping[]>()
  const processes = new Map<number, ProcessFacts>()
  let looks = 0
  for (const entry of listProc(procFolder)) {
    if (!/^\d+$/.test(entry)) continue
    if (++looks % processesPerTurn === 0) await nextTurn()
    const pid = Number(entry)
    const maps = readProc(`${procFolder}/${pid}/maps`)
    if (maps === undefined) continue
    const wanted = sharedMappings(pid, maps).filter(isWanted)
    if (wanted.length === 0) continue
    processes.set(pid, processFacts(procFolder, pid, maps))
    for (const mapping of wanted) files.set(mapping.file, [...(files.get(mapping.file) ?? []), mapping])
  }
  return { files, processes }
}
