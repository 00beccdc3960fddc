import type { EndReport } from './end-report.js'
import type { Part, Plan } from './plan.js'

/** To a process that plays ends. */
export type Order =
  | { readonly do: 'run'; readonly plan: Plan; readonly part: Part; readonly path: string; readonly ledger: string }
  | { readonly do: 'sequel'; readonly plan: Plan; readonly part: Part; readonly path: string }
  /** Nobody will come any more. */
  | { readonly do: 'abandon' }
  /** Say what is held that was not held at the start. */
  | { readonly do: 'look' }

/** From it. */
export type Answer =
  | { readonly done: 'ready' }
  | { readonly done: 'run'; readonly report: EndReport }
  | { readonly done: 'sequel'; readonly failure: string | undefined }
  | { readonly done: 'look'; readonly left: readonly string[] }
  | { readonly done: 'failed'; readonly error: string }
