import type { StreamReport } from './numbered-stream.js'

/** What the page tells a worker to do. It answers each with what it has sent, or received, so far. */
export type Order =
  | { readonly do: 'open'; readonly buffer: SharedArrayBuffer }
  /** Send, or receive, so many messages more. */
  | { readonly do: 'go-on'; readonly count: number }
  /** Consumer: receive until the producer has closed. */
  | { readonly do: 'receive-all' }
  | { readonly do: 'close' }

export type Answer = { readonly report: StreamReport } | { readonly code: string; readonly message: string }
