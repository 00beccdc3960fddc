/** A process that is to be killed. */
export interface Victim {
  /** Resolves when it has ended and was reaped. */
  readonly exited: Promise<unknown>
  /** @returns when, on the clock that all processes share: taken just before the system call */
  kill(): bigint
}
