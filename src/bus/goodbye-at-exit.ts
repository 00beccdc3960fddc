interface Closable {
  close(): void
}

const open = new Set<Closable>()

/**
 * A program that comes to its end in good order need not close each bus: its peers get their goodbye, and what was corked,
 * all the same. One that fails (any other exit code) is a dead peer to them.
 */
export function sayGoodbyeAtExit(closable: Closable): void {
  if (open.size === 0) process.on('exit', closeAll)
  open.add(closable)
}

/** It was closed: nothing is left to be said. */
export function saidGoodbye(closable: Closable): void {
  if (open.delete(closable) && open.size === 0) process.off('exit', closeAll)
}

function closeAll(exitCode: number): void {
  if (exitCode !== 0) return
  for (const closable of [...open]) closable.close()
}
