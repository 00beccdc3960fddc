import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** What every descriptor of this process refers to, by number. The look itself needs one, which is not among them. */
export function openDescriptors(): Map<number, string> {
  const open = new Map<number, string>()
  for (const name of readdirSync('/proc/self/fd')) {
    try {
      open.set(Number(name), readlinkSync(`/proc/self/fd/${name}`))
    } catch {
      // The descriptor with which the directory was read.
    }
  }
  return open
}

export interface MappedRange {
  readonly start: bigint
  readonly end: bigint
  /** `rw-s` … */
  readonly access: string
  /** The path, or empty for memory without a file. */
  readonly file: string
}

export function mappedRanges(): MappedRange[] {
  const lines = readFileSync('/proc/self/maps', 'utf8').trimEnd().split('\n')
  return lines.map((line) => {
    const [range = '', access = '', , , , ...file] = line.split(/ +/)
    const [start = '', end = ''] = range.split('-')
    return { start: BigInt(`0x${start}`), end: BigInt(`0x${end}`), access, file: file.join(' ') }
  })
}

/** The range that an address lies in, if it is mapped at all. */
export function rangeAt(address: bigint): MappedRange | undefined {
  return mappedRanges().find(({ start, end }) => start <= address && address < end)
}
