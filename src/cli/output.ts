import { fstatSync, writeSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { loopTurn } from './loop-turn.js'

/** Whoever read what we print has left, as `head` does when it has seen enough. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed'
}

export interface Output {
  /** Resolves when the bytes may be changed again: a pipe's reader decides how fast that is. @throws OutputClosed */
  write(bytes: Uint8Array): Promise<void>
}

const stdoutFd = 1
/** Longest stretch written to a file before the event loop gets its turn. */
const filePieceBytes = 2 ** 20

/** @param signal ends waits for a reader who does not read */
export function standardOutput(signal: AbortSignal): Output {
  return fstatSync(stdoutFd).isFile() ? new FileOutput(stdoutFd) : new StreamOutput(process.stdout, signal)
}

/** A file on stdout. Node's own stream for it takes a short write, as on a full disk, for a whole one. */
export class FileOutput implements Output {
  readonly #fd: number

  constructor(fd: number) {
    this.#fd = fd
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.byteLength; ) {
      done += writeSync(this.#fd, bytes, done, Math.min(filePieceBytes, bytes.byteLength - done))
      if (done < bytes.byteLength) await loopTurn()
    }
  }
}

/** A pipe, a socket or a terminal on stdout. */
export class StreamOutput implements Output {
  readonly #stream: Writable
  readonly #signal: AbortSignal

  constructor(stream: Writable, signal: AbortSignal) {
    this.#stream = stream
    this.#signal = signal
    // Each write reports its own failure; without a listener the event would end the process.
    stream.on('error', () => undefined)
  }

  write(bytes: Uint8Array): Promise<void> {
    const signal = this.#signal
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason)
      // What the pipe has room for is taken before `write` returns, even when nobody waits for the rest any more.
      this.#stream.write(bytes, (error) => {
        signal.removeEventListener('abort', abort)
        if (error) reject(isClosed(error) ? new OutputClosed('stdout is closed', { cause: error }) : error)
        else resolve()
      })
      if (signal.aborted) abort()
      else signal.addEventListener('abort', abort)
    })
  }
}

function isClosed(error: NodeJS.ErrnoException): boolean {
  return error.code === 'EPIPE' || error.code === 'ECONNRESET' || error.code === 'ERR_STREAM_DESTROYED'
}
