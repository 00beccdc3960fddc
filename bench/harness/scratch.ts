import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A folder for sockets and the processes that use them. However this process ends, Ctrl-C included, both are gone
 * afterwards. (Should it be killed with SIGKILL, the children see their channel close, and do the same.)
 */
export class Scratch {
  readonly folder = mkdtempSync(join(tmpdir(), 'ringway-bench-'))
  readonly #children = new Set<ChildProcess>()

  constructor() {
    process.on('exit', () => {
      for (const child of this.#children) child.kill('SIGKILL')
      rmSync(this.folder, { recursive: true, force: true })
    })
    // Nobody reads any more, as in `| head`.
    process.stdout.on('error', () => process.exit())
    const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const
    for (const [signal, number] of Object.entries(signals)) process.once(signal, () => process.exit(128 + number))
  }

  /** From now on this process ends with ours. */
  adopt(child: ChildProcess): void {
    this.#children.add(child)
    child.once('exit', () => this.#children.delete(child))
  }
}
