import type { Session } from './session.js'

const open = new Set<Session>()

/**
 * A program that comes to its end in good order need not close each bus: its peers get their goodbye, and what was corked,
 * all the same. One that fails (any other exit code) is a dead peer to them.
 */
export function sayGoodbyeAtExit(session: Session): void {
  if (open.size === 0) process.on('exit', closeAll)
  open.add(session)
  session.onEnd(() => {
    if (session.released && open.delete(session) && open.size === 0) process.off('exit', closeAll)
  })
}

function closeAll(exitCode: number): void {
  if (exitCode !== 0) return
  for (const session of [...open]) session.close()
}
