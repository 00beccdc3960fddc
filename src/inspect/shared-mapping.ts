/** A file that a process has mapped to share it, from its beginning: what a ring looks like from outside. */
export interface SharedMapping {
  readonly pid: number
  /** `start-end` in hexadecimal: its name in `/proc/PID/map_files`. */
  readonly range: string
  readonly start: bigint
  /** Of the mapping: whole pages, so a ring's length or a little more. */
  readonly lengthBytes: number
  /** Device and inode, which processes that share the file have in common. */
  readonly file: string
  readonly inode: number
  /** What the file was called: for a ring of the ABI the path of its socket. Anybody may choose any. */
  readonly label: string
}

/** `rw-s`: who maps a ring to read it alone, as `ringway top` does, is no end of it. */
const line = /^([0-9a-f]+)-([0-9a-f]+) rw-s 0{8,} (\S+) (\d+) +(.*)$/
const labelOf = /^\/memfd:(.*?)(?: \(deleted\))?$/

/**
 * The shared mappings in the text of `/proc/PID/maps`.
 * @param text its bytes as latin1: labels need not be UTF-8
 */
export function sharedMappings(pid: number, text: string): SharedMapping[] {
  if (!text.includes(' rw-s ')) return []
  return text.split('\n').flatMap((entry) => {
    const [, from, to, device, inode, name = ''] = line.exec(entry) ?? []
    if (from === undefined || to === undefined || !(name.startsWith('/memfd:') || name.startsWith('/dev/shm/')))
      return []
    const start = BigInt(`0x${from}`)
    const label = Buffer.from(labelOf.exec(name)?.[1] ?? name, 'latin1').toString()
    const lengthBytes = Number(BigInt(`0x${to}`) - start)
    return [
      { pid, range: `${from}-${to}`, start, lengthBytes, file: `${device} ${inode}`, inode: Number(inode), label },
    ]
  })
}
