import { listProc, readProc, readProcLink } from './proc-text.js'

/** What is known of a process's hold on the path of a ring. */
export interface SocketHold {
  /** It has bound the path, or accepted somebody there. */
  readonly holds: boolean
  /** It keeps a connection that it accepted there, as native peers do and stock ones never. */
  readonly accepted: boolean
}

/**
 * Unix sockets by inode, of this network namespace. An accepted one carries the path at which it was accepted, also after
 * the file is gone.
 * ```
 * Num       RefCount Protocol Flags    Type St Inode Path
 * 00000000: 00000003 00000000 00000000 0001 03 18591 /tmp/demo.sock
 * ```
 */
export function socketPaths(procFolder: string): Map<string, { path: string; connected: boolean }> {
  const sockets = new Map<string, { path: string; connected: boolean }>()
  for (const line of (readProc(`${procFolder}/net/unix`) ?? '').split('\n')) {
    const [, state, inode, path] = /^\S+: \S+ \S+ \S+ \S+ (\S+) +(\d+) (.+)$/.exec(line) ?? []
    if (inode === undefined || path === undefined) continue
    sockets.set(inode, { path: Buffer.from(path, 'latin1').toString(), connected: state === '03' })
  }
  return sockets
}

/** What a process holds of a path, by its open descriptors; undefined where this user may not see them. */
export function socketHold(
  procFolder: string,
  pid: number,
  path: string,
  sockets: ReturnType<typeof socketPaths>,
): SocketHold | undefined {
  const names = listProc(`${procFolder}/${pid}/fd`)
  if (names.length === 0) return undefined
  let holds = false
  let accepted = false
  for (const name of names) {
    const inode = /^socket:\[(\d+)\]$/.exec(readProcLink(`${procFolder}/${pid}/fd/${name}`) ?? '')?.[1]
    const socket = inode === undefined ? undefined : sockets.get(inode)
    if (socket === undefined || socket.path !== path) continue
    holds = true
    accepted ||= socket.connected
  }
  return { holds, accepted }
}
