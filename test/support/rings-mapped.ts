import { readFileSync } from 'node:fs'

/** The memfds that are mapped into this process, by label. */
export function mappedRings(): string[] {
  return readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .flatMap((line) => /\/memfd:(.*)$/.exec(line)?.[1] ?? [])
}
