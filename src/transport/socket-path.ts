import { type BigIntStats, lstatSync, unlinkSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type FileDescriptor, listenUnix, lockDirectory, probeUnixSocket } from '../../ffi/index.js'
import { ErrorCode, RingwayError } from '../errors.js'
import { now, type Steps } from './steps.js'
import { errnoName, orFail, systemFailure } from './system-failure.js'

/** What the kernel's socket addresses hold, without the zero at the end. */
export const maxPathBytes = 107

const backlog = 128
/** Whoever holds the lock does three system calls under it; somebody who keeps it this long does something else. */
const lockPatienceMs = 2000
const lockPauseMs = 1

/** Refuses what cannot be a socket's path, whatever its type. */
export function checkPath(path: unknown): asserts path is string {
  if (typeof path !== 'string' || path.length === 0 || path.includes('\0')) {
    const given = typeof path === 'string' ? JSON.stringify(path) : String(path)
    throw new RingwayError(ErrorCode.invalidArgument, `A path is a text of 1 to ${maxPathBytes} bytes, not ${given}`)
  }
  const lengthBytes = new TextEncoder().encode(path).length
  if (lengthBytes <= maxPathBytes) return
  throw new RingwayError(
    ErrorCode.pathTooLong,
    `The path is ${lengthBytes} bytes long, and a socket's may be ${maxPathBytes} at most: ${path}`,
  )
}

/** The socket files that this thread has made and not yet removed: `process.exit()` removes them too. */
const bound = new Set<BoundSocket>()

function removeAll(): void {
  for (const socket of bound) socket.removeAtExit()
}

/** A listening socket and the file that leads to it. */
export class BoundSocket {
  readonly path: string
  readonly #file: string
  readonly #descriptor: FileDescriptor
  readonly #identity: BigIntStats

  constructor(path: string, file: string, descriptor: FileDescriptor, identity: BigIntStats) {
    this.path = path
    this.#file = file
    this.#descriptor = descriptor
    this.#identity = identity
    if (bound.size === 0) process.on('exit', removeAll)
    bound.add(this)
  }

  get fd(): number {
    return this.#descriptor.fd
  }

  /** Hands the descriptor to an owner who will close it, after `remove`. */
  releaseDescriptor(): number {
    return this.#descriptor.release()
  }

  /**
   * Removes the file, if it is still ours, and then closes the socket: as long as that is open nobody takes the path for a
   * dead one, and no other file can get its inode number. Idempotent, and never fails: at worst a dead file stays, which
   * the next listener replaces.
   */
  *remove(): Steps<void> {
    if (!this.#forget()) return
    try {
      const lock = yield* lockFolder(dirname(this.#file))
      try {
        this.#unlink()
      } finally {
        lock.close()
      }
    } catch {
      // The folder is gone, or not ours any more: so is the file.
    }
    this.#descriptor.close()
  }

  removeAtExit(): void {
    try {
      const lock = lockDirectory(dirname(this.#file))
      if (lock !== undefined) this.#unlink()
      lock?.close()
    } catch {
      // As in `remove`.
    }
  }

  #forget(): boolean {
    const known = bound.delete(this)
    if (bound.size === 0) process.off('exit', removeAll)
    return known
  }

  #unlink(): void {
    const found = lstatSync(this.#file, { bigint: true, throwIfNoEntry: false })
    if (found?.ino === this.#identity.ino && found.dev === this.#identity.dev) unlinkSync(this.#file)
  }
}

/**
 * Listens at a path that is free, or held by a socket whose listener is dead. Nothing else is ever removed, and a live
 * listener does not notice the attempt.
 */
export function* bindSocket(path: string): Steps<BoundSocket> {
  checkPath(path)
  // The folder may be left later; the file is still to be found then.
  const file = resolve(path)
  const lock = yield* lockFolder(dirname(file))
  try {
    makeWay(path, file)
    const descriptor = orFail(`listen on ${path}`, () => listenUnix(path, backlog))
    try {
      const identity = orFail(`look at ${path}`, () => lstatSync(file, { bigint: true }))
      return new BoundSocket(path, file, descriptor, identity)
    } catch (error) {
      descriptor.close()
      throw error
    }
  } finally {
    lock.close()
  }
}

function makeWay(path: string, file: string): void {
  const found = orFail(`look at ${path}`, () => lstatSync(file, { throwIfNoEntry: false }))
  if (found === undefined) return
  if (!found.isSocket()) {
    const kind = found.isDirectory() ? 'a folder' : found.isSymbolicLink() ? 'a symbolic link' : 'a file'
    throw new RingwayError(
      ErrorCode.pathNotSocket,
      `The path ${path} is held by ${kind} of ${found.size} bytes, not by a socket: it is left alone`,
    )
  }
  const state = orFail(`find out who listens on ${path}`, () => probeUnixSocket(path))
  if (state === 'live') {
    throw new RingwayError(ErrorCode.pathInUse, `The path ${path} is held by a live socket (inode ${found.ino})`)
  }
  if (state === 'dead') orFail(`remove the dead socket ${path}`, () => unlinkSync(file))
}

function* lockFolder(folder: string): Steps<FileDescriptor> {
  const untilMs = now() + lockPatienceMs
  for (;;) {
    let lock: FileDescriptor | undefined
    try {
      lock = lockDirectory(folder)
    } catch (error) {
      const missing = errnoName(error) === 'ENOENT'
      const doing = missing
        ? `listen in the folder ${folder}, which does not exist`
        : `lock the folder ${folder} (which takes the permission to read it)`
      throw systemFailure(error, doing)
    }
    if (lock !== undefined) return lock
    if (now() >= untilMs) {
      throw new RingwayError(
        ErrorCode.pathInUse,
        `The folder ${folder} has been locked (flock) by somebody else for ${lockPatienceMs} ms`,
      )
    }
    yield { untilMs: now() + lockPauseMs }
  }
}
