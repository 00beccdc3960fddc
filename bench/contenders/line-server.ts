import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A program that answers each line of its input with a line of JSON. */
export class LineServer {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #answers: AsyncIterator<string>

  constructor(file: string, args: readonly string[]) {
    this.#child = spawn(file, args)
    this.#child.stderr.pipe(process.stderr)
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
    process.on('exit', () => this.close())
  }

  async answer(): Promise<unknown> {
    const { value, done } = await this.#answers.next()
    if (done) throw new Error('the Python side ended')
    return JSON.parse(value)
  }

  ask(line: string): Promise<unknown> {
    this.#child.stdin.write(`${line}\n`)
    return this.answer()
  }

  close(): void {
    this.#child.kill('SIGKILL')
  }
}
