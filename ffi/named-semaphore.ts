import { futexWait, futexWake } from './futex.js'
import { EAGAIN, EINTR, EINVAL, ENOENT, O_CREAT, O_EXCL } from './libc/constants.js'
import { errno, viewOf } from './libc/library.js'
import { semaphores } from './libc/semaphore.js'
import { sem_t } from './libc/structs.js'
import { failureOf, SystemCallError } from './system-call-error.js'
import { UnsupportedPlatformError } from './unsupported-platform-error.js'

/** How long the file of a semaphore is. */
export const SEMAPHORE_BYTES = sem_t.bytes

let layoutKnown: boolean | undefined

/** Sleeping touches the two words of a semaphore itself, so they must be where this file thinks they are. */
function expectKnownLayout(): void {
  if (layoutKnown === undefined) {
    const { gnu_get_libc_version, sem_init } = semaphores()
    gnu_get_libc_version()
    const trial = new Int32Array(new SharedArrayBuffer(sem_t.bytes)).fill(-1)
    layoutKnown = sem_init(trial, 1, 5) === 0 && trial[sem_t.valueWord] === 5 && trial[sem_t.waitersWord] === 0
  }
  if (!layoutKnown)
    throw new UnsupportedPlatformError('the semaphores of this C library have a layout that is not known')
}

/** POSIX wants one leading slash; callers may leave it out. */
function semaphoreName(syscall: string, name: string): string {
  const bare = name.startsWith('/') ? name.slice(1) : name
  if (bare === '' || bare.includes('/') || bare.includes('\0')) {
    throw new SystemCallError(syscall, EINVAL, `${JSON.stringify(name)} (a name without slashes)`)
  }
  return `/${bare}`
}

/**
 * A POSIX semaphore that other processes find by name: the file `sem.NAME` in the store of named memory. Waiting in the
 * sense of `sem_wait` is two steps here: sleep until it is worth trying, then `tryWait`. So the same sleep serves threads
 * that block and an event loop that must not.
 */
export class NamedSemaphore implements Disposable {
  readonly #address: bigint
  /** Undefined once closed: the words are not mapped any more. */
  #words: Int32Array | undefined

  private constructor(address: bigint) {
    this.#address = address
    this.#words = new Int32Array(viewOf(address, sem_t.bytes))
  }

  /** @throws SystemCallError EEXIST, EINVAL for a name with a slash in it, ENAMETOOLONG … */
  static create(name: string, value: number): NamedSemaphore {
    return NamedSemaphore.#open(name, O_CREAT | O_EXCL, value)
  }

  /**
   * The caller has checked that the file is not shorter than a semaphore: touching what it lacks kills the process.
   * @throws SystemCallError ENOENT, EACCES …
   */
  static open(name: string): NamedSemaphore {
    return NamedSemaphore.#open(name, 0, 0)
  }

  static #open(name: string, flags: number, value: number): NamedSemaphore {
    const path = semaphoreName('sem_open', name)
    expectKnownLayout()
    const address = semaphores().sem_open(path, flags, 0o600, value)
    if (address === null || address === 0n) throw failureOf('sem_open', path)
    return new NamedSemaphore(address)
  }

  /** Of the word that holds the value. Mapped until `close`. */
  get valueAddress(): bigint {
    return this.#address
  }

  get closed(): boolean {
    return this.#words === undefined
  }

  /** Changes at any moment when others use it too. */
  value(): number {
    return Atomics.load(this.#openWords(), sem_t.valueWord)
  }

  /** Takes one, if there is one. */
  tryWait(): boolean {
    // Looking costs a tenth of a call that fails, and most looks of a poll fail.
    if (Atomics.load(this.#openWords(), sem_t.valueWord) === 0) return false
    for (;;) {
      if (semaphores().sem_trywait(this.#address) === 0) return true
      const code = errno()
      if (code === EAGAIN) return false
      if (code !== EINTR) throw new SystemCallError('sem_trywait', code)
    }
  }

  /** @throws SystemCallError EOVERFLOW at 2^31 - 1 */
  post(): void {
    this.#openWords()
    if (semaphores().sem_post(this.#address) === -1) throw failureOf('sem_post')
  }

  /** Blocks the thread until there is something to take, or the time is over; takes nothing. */
  sleep(timeoutMs: number): void {
    this.enterSleep()
    try {
      futexWait(this.#address, 0, timeoutMs)
    } finally {
      this.leaveSleep()
    }
  }

  /** Makes posts wake whoever sleeps on the word of the value. Once for each sleeper, before it looks at the value. */
  enterSleep(): void {
    // SYNC semaphore-wake: waiters, then value; other end: sem_post changes the value and reads the waiters in one step.
    Atomics.add(this.#openWords(), sem_t.waitersWord, 1)
  }

  /** Takes back `enterSleep`. */
  leaveSleep(): void {
    const words = this.#openWords()
    const others = Atomics.sub(words, sem_t.waitersWord, 1) - 1
    // A post wakes one sleeper. If that was us and we take nothing after all, another one would sleep on beside it.
    if (others > 0 && Atomics.load(words, sem_t.valueWord) !== 0) futexWake(this.#address, 1)
  }

  /** Nothing may sleep on it any more. Idempotent. */
  close(): void {
    if (this.#words === undefined) return
    this.#words = undefined
    if (semaphores().sem_close(this.#address) === -1) throw failureOf('sem_close')
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #openWords(): Int32Array {
    if (this.#words === undefined) throw new SystemCallError('sem', EINVAL, 'that is closed')
    return this.#words
  }
}

/** @returns whether there was one. @throws SystemCallError */
export function unlinkNamedSemaphore(name: string): boolean {
  const path = semaphoreName('sem_unlink', name)
  if (semaphores().sem_unlink(path) === 0) return true
  const code = errno()
  if (code === ENOENT) return false
  throw new SystemCallError('sem_unlink', code, path)
}
