/**
 * Who takes the items of a stream, as `RpcClient.openStream` tells it: from the event loop, never before `openStream` has
 * returned, in the order in which they were sent; `end` or `fail` once, and last.
 */
export interface StreamListener {
  /** @param bytes a copy, the listener's own */
  item(bytes: Uint8Array): void
  end(): void
  /** @param error the callee's; or how the connection ended; or the reason of the signal */
  fail(error: unknown): void
}

/** A stream under way, as its caller sees it. */
export interface IncomingStream {
  /** Lets the callee send so many items more, besides the `INITIAL_CREDIT` that every stream begins with. */
  grant(items: number): void
  /** Nobody wants more: tells the callee, and nothing more is told to the listener. Harmless when repeated or late. */
  cancel(): void
}
