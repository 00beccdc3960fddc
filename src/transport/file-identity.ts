import { type Stats, statSync } from 'node:fs'

/** Which file a name stood for when it was looked at: names can be given to another file. */
export interface FileIdentity {
  readonly dev: number
  readonly ino: number
}

/** @returns undefined when there is no such file */
export function statFile(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false })
}

export function isSameFile(one: FileIdentity | undefined, other: FileIdentity | undefined): boolean {
  return one !== undefined && one.ino === other?.ino && one.dev === other.dev
}

/** `MAJOR:MINOR` in hexadecimal, as files in /proc write a device. */
export function deviceNumbers(dev: number): string {
  const device = BigInt(dev)
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n)
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffffff00n)
  return `${major.toString(16).padStart(2, '0')}:${minor.toString(16).padStart(2, '0')}`
}
