import { createHash, randomFillSync } from 'node:crypto'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Child, type ChildOptions, spawnChild } from '../support/child.js'
import { ringway, shell } from '../support/command-line.js'
import { childrenOf, commandOf } from '../support/process-tree.js'
import { temporaryPath } from '../support/temporary-path.js'

const mebibyte = 2 ** 20
const gibibyte = 2 ** 30
/** For the large file, on a slow and busy machine. */
const longMs = 170_000

/** Fills a file with bytes that no piece of it repeats. @returns its SHA-256 */
function writeRandomFile(path: string, sizeBytes: number): string {
  const hash = createHash('sha256')
  const piece = Buffer.alloc(4 * mebibyte)
  const file = openSync(path, 'wx')
  try {
    for (let written = 0; written < sizeBytes; written += piece.byteLength) {
      const part = randomFillSync(piece).subarray(0, sizeBytes - written)
      hash.update(part)
      writeSync(file, part)
    }
  } finally {
    closeSync(file)
  }
  return hash.digest('hex')
}

/** A place for a file: in memory, where there is enough of it, because these tests are not about disks. */
function placeForFile(sizeBytes: number): string {
  const folder = mkdtempSync(join(fitsInMemory(sizeBytes) ? '/dev/shm' : tmpdir(), 'ringway-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'file')
}

function fitsInMemory(sizeBytes: number): boolean {
  if (!existsSync('/dev/shm') || freemem() < 4 * sizeBytes) return false
  const { bavail, bsize } = statfsSync('/dev/shm')
  return bavail * bsize > 2 * sizeBytes
}

/** Writes down, again and again until the process ends, the most memory that it has used so far. */
class MemoryPeak {
  bytes = 0
  readonly #timer: NodeJS.Timeout

  /** @param pid is asked until it has an answer */
  constructor(pid: () => number | undefined) {
    this.#timer = setInterval(() => this.#look(pid()), 20)
    onTestFinished(() => clearInterval(this.#timer))
  }

  #look(pid: number | undefined): void {
    try {
      const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
      this.bytes = Math.max(this.bytes, Number(kibibytes ?? 0) * 1024)
    } catch {
      // Not there yet, or not there any more.
    }
  }
}

const hashOf = (path: string, options?: ChildOptions): Child =>
  shell('"$NODE" "$RINGWAY" listen "$1" --raw --timeout 50000 | sha256sum', [path], options)

const sent = async (child: Child) => {
  const { code, stderr } = await child.exited
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
}

describe('a file through send --file and listen --raw', () => {
  it('of 64 MiB arrives with the same SHA-256', async () => {
    const path = temporaryPath()
    const file = placeForFile(64 * mebibyte)
    const hash = writeRandomFile(file, 64 * mebibyte)
    const listener = hashOf(path)
    await sent(ringway('send', path, '--file', file, '--wait', '20000'))
    expect((await listener.exited).stdout).toBe(`${hash}  -\n`)
  })

  it('of an odd size arrives with the same SHA-256, through a file and from a stream', async () => {
    const path = temporaryPath()
    const file = placeForFile(8 * mebibyte)
    const hash = writeRandomFile(file, 5 * mebibyte + 12_345)
    const script = 'ringway listen "$1" --raw --capacity 8KiB --timeout 50000 > "$2.copy" && sha256sum < "$2.copy"'
    const listener = shell(script, [path, file])
    await sent(shell('cat "$2" | ringway send "$1" --file - --wait 20000', [path, file]))
    expect((await listener.exited).stdout).toBe(`${hash}  -\n`)
  })

  it('in messages of every small size arrives with the same SHA-256', async () => {
    const file = placeForFile(8 * mebibyte)
    const hash = writeRandomFile(file, 300_000)
    for (const chunk of ['1', '63', '64', '65', '1000']) {
      const path = temporaryPath()
      const listener = shell('ringway listen "$1" --raw --capacity 4KiB --timeout 50000 | sha256sum', [path])
      await sent(ringway('send', path, '--file', file, '--chunk', chunk, '--wait', '20000'))
      expect((await listener.exited).stdout).toBe(`${hash}  -\n`)
    }
  })

  it('of 1 GiB arrives with the same SHA-256, and neither side grows with it', async () => {
    const path = temporaryPath()
    const file = placeForFile(gibibyte)
    const hash = writeRandomFile(file, gibibyte)
    const pipeline = hashOf(path, { watchdogMs: longMs })
    const sender = spawnChild('ringway', ['send', path, '--file', file, '--wait', '20000'], { watchdogMs: longMs })
    const listenerPeak = new MemoryPeak(() => childrenOf(pipeline.pid).find((pid) => commandOf(pid).includes('listen')))
    const senderPeak = new MemoryPeak(() => sender.pid)
    await sent(sender)
    expect((await pipeline.exited).stdout).toBe(`${hash}  -\n`)
    for (const { bytes } of [listenerPeak, senderPeak]) {
      expect(bytes).toBeGreaterThan(10 * mebibyte)
      expect(bytes).toBeLessThan(gibibyte / 4)
    }
  }, 180_000)
})
