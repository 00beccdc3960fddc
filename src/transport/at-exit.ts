const actions = new Set<() => void>()

function runAll(): void {
  for (const action of actions) action()
}

/** Does `action` when the process, or this worker thread, exits by itself. @returns takes that back */
export function atExit(action: () => void): () => void {
  // One listener for all, because Node warns of many.
  if (actions.size === 0) process.on('exit', runAll)
  actions.add(action)
  return () => {
    actions.delete(action)
    if (actions.size === 0) process.off('exit', runAll)
  }
}
