import type { Contender } from '../harness/contender.js'
import { settledCost } from '../tasks/idle.js'

/** A process that waits for nothing but its orders: what a resting Node process costs, whatever it has imported. */
export const nothing: Contender = {
  title: 'a process that does nothing',
  between: 'nobody',
  near: () => ({ tasks: { idle: settledCost }, close: () => undefined }),
}
