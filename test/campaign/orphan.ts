const coordinator = process.ppid
const everySteps = 1024

/**
 * A loop that never returns to the event loop does not hear that its coordinator has gone: whoever sends, or calls, asks
 * now and then. Whoever receives is told by his peer's end.
 */
export function exitIfOrphaned(step: number): void {
  if (step % everySteps === 0 && process.ppid !== coordinator) process.exit()
}
