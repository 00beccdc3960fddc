import type { ResolvedHandler } from './handler.js'

/** Where a server finds who answers a call. Looked up for each call: a handler may be registered at any time. */
export interface HandlerLookup {
  byType(msgType: number): ResolvedHandler | undefined
  byName(name: string): ResolvedHandler | undefined
}
