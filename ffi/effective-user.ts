/** Whose files and sockets this process may touch. Not there off POSIX, where nothing else here works either. */
export function effectiveUserId(): number {
  return process.geteuid?.() ?? -1
}
