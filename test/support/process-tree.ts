import { readdirSync, readFileSync } from 'node:fs'

/** The processes that this one has started and that have not ended. */
export function childrenOf(pid: number): number[] {
  const list = procFile(`${pid}/task/${pid}/children`)
  return list.split(' ').filter(Boolean).map(Number)
}

/** The command line of a process, its words with NULs between; empty when there is no such process. */
export function commandOf(pid: number): string {
  return procFile(`${pid}/cmdline`)
}

/** Every process that runs. */
export function allProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

function procFile(name: string): string {
  try {
    return readFileSync(`/proc/${name}`, 'utf8')
  } catch {
    return ''
  }
}
