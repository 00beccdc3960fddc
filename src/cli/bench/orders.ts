/** What the measuring process tells the other one to do next: the type id of an order. Its payload is a count, u32. */
export const orders = {
  /** Send so many messages back, blocking. */
  echoSync: 1,
  /** Send so many messages back, from the event loop. */
  echo: 2,
  /** Take so many messages, then answer with their bytes in all, f64. */
  take: 3,
} as const

/** The two rings of a run: their socket names in the run's folder. */
export const ringNames = { there: 'there', back: 'back' } as const

export const ringCapacityBytes = 2 ** 20

/** How long each process waits for the other to come up. */
export const startTimeoutMs = 10_000

export function orderPayload(count: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(count).buffer)
}
