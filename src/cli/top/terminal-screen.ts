import { writeSync } from 'node:fs'
import { clearLine, clearScreenDown, cursorTo } from 'node:readline'
import type { WriteStream } from 'node:tty'

const alternateScreen = '\x1b[?1049h'
const usualScreen = '\x1b[?1049l'
const hideCursor = '\x1b[?25l'
const showCursor = '\x1b[?25h'

/** `process.stdout` where it is one. */
type Terminal = WriteStream & { readonly fd: number }

/**
 * The whole terminal, for as long as this is open. What was on it before comes back however the program ends: by `close`,
 * and by a hook of the process's end where nobody came to call it. Node prints what it fails of after that hook.
 */
export class TerminalScreen implements Disposable {
  readonly #stream: Terminal
  readonly #input: NodeJS.ReadStream | undefined
  readonly #onKey: (key: string) => void
  readonly #restore = () => this.close()
  #open = true

  /** @param input where keys come from; none where it is no terminal */
  constructor(stream: Terminal, input: NodeJS.ReadStream, onKey: (key: string) => void) {
    this.#stream = stream
    this.#input = input.isTTY ? input : undefined
    this.#onKey = onKey
    process.on('exit', this.#restore)
    stream.write(alternateScreen + hideCursor)
    this.#input?.setRawMode(true).setEncoding('utf8').on('data', this.#onKey).resume()
  }

  get columns(): number {
    return this.#stream.columns || 80
  }

  get rows(): number {
    return this.#stream.rows || 24
  }

  /** Shows these lines and nothing else. Each is no longer than the screen is wide; too many are cut off. */
  draw(lines: readonly string[]): void {
    if (!this.#open) return
    const { rows } = this
    this.#stream.cork()
    for (const [row, line] of lines.slice(0, rows).entries()) {
      cursorTo(this.#stream, 0, row)
      clearLine(this.#stream, 0)
      this.#stream.write(line)
    }
    if (lines.length < rows) {
      cursorTo(this.#stream, 0, lines.length)
      clearScreenDown(this.#stream)
    }
    this.#stream.uncork()
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    process.off('exit', this.#restore)
    this.#input?.off('data', this.#onKey).setRawMode(false).pause()
    try {
      // Not through the stream: the process may end before the loop turns again.
      writeSync(this.#stream.fd, showCursor + usualScreen)
    } catch {
      // The terminal is gone, and there is nothing to restore.
    }
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
