/** Lets the event loop go round once: promises that are settled already never do, and signals would wait for ever. */
export function loopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
