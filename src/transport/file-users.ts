import { readdirSync, readFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { deviceNumbers, type FileIdentity } from './file-identity.js'

/** How many processes are looked at in one turn of the event loop: about a millisecond's worth. */
const processesPerTurn = 16

/** Processes that have ended meanwhile, or that this user may not look into, map nothing as far as we can know. */
function readIfAllowed(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

/** Yields now and then; returns the ids of the processes that map any of these files, this one included. */
function* search(files: readonly FileIdentity[]): Generator<void, number[]> {
  const marks = files.map(({ dev, ino }) => ` ${deviceNumbers(dev)} ${ino} `)
  const users: number[] = []
  let looks = 0
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const maps = readIfAllowed(`/proc/${entry}/maps`)
    if (marks.some((mark) => maps.includes(mark))) users.push(Number(entry))
    if (++looks % processesPerTurn === 0) yield
  }
  return users
}

/**
 * Living processes that map any of these files: what is left to ask where peers hold neither lock nor socket. Processes
 * of another pid namespace are not seen.
 */
export async function usersOf(files: readonly FileIdentity[]): Promise<number[]> {
  const steps = search(files)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    await nextTurn()
  }
}

export function usersOfSync(files: readonly FileIdentity[]): number[] {
  const steps = search(files)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** The process that holds an exclusive flock on this file, without disturbing it. 0 or less: one of another namespace. */
export function lockHolder({ dev, ino }: FileIdentity): number | undefined {
  const file = ` ${deviceNumbers(dev)}:${ino} `
  const line = readIfAllowed('/proc/locks')
    .split('\n')
    .find((text) => text.includes(file) && text.includes('FLOCK') && !text.includes('->'))
  const pid = line?.trim().split(/ +/)[4]
  return pid === undefined ? undefined : Number(pid)
}
