import { existsSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Bus, type BusConsumer } from '../../src/index.js'
import type { Child } from '../support/child.js'
import { listening, ringway, shell, until } from '../support/command-line.js'
import { allProcesses, commandOf } from '../support/process-tree.js'
import { temporaryPath } from '../support/temporary-path.js'

const connect = (path: string) => Bus.connect(path, { waitForListenerMs: 20_000 })

/** The shell becomes the command line, so that the child is it. */
const becomes = (args: string, path: string) => shell(`exec "$NODE" "$RINGWAY" ${args}`, [path])

/** Ends the child, and expects that it ended as asked, said nothing, and left nothing. */
async function stop(child: Child, path: string, signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' = 'SIGINT'): Promise<void> {
  child.kill(signal)
  const { code, stderr } = await child.exited
  expect({ code, stderr }).toEqual({ code: { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal], stderr: '' })
  expect(readdirSync(dirname(path))).toEqual([])
}

describe('Ctrl-C leaves nothing behind', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('of a listener that waits for a sender (%s)', async (signal) => {
    const path = temporaryPath()
    const child = ringway('listen', path)
    await listening(path)
    await stop(child, path, signal)
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('of a listener that waits for a message (%s)', async (signal) => {
    const path = temporaryPath()
    const child = ringway('listen', path)
    using bus = await connect(path)
    await bus.send(Buffer.from('first'))
    await child.line('first')
    await stop(child, path, signal)
    expect(await bus.closed).toEqual({ kind: 'peer-closed' })
  })

  it('of a listener whose sender sends without end', async () => {
    const path = temporaryPath()
    const child = becomes('listen "$1" --raw > /dev/null', path)
    const sender = shell('yes | ringway send "$1" --wait 20000', [path])
    await listening(path)
    await until(() => !existsSync(path))
    await delay(200)
    await stop(child, path)
    const { code, stderr } = await sender.exited
    expect(code).toBe(1)
    expect(stderr).toContain('ERR_RINGWAY_PEER_CLOSED')
  })

  it.each(['--raw', '--json'])('of a listener %s whose reader does not read', async (format) => {
    const path = temporaryPath()
    const child = ringway('listen', path, format, '--capacity', '64KiB')
    child.process.stdout.pause()
    using bus = await connect(path)
    const message = Buffer.alloc(20_000, 'x')
    // Full for so long: the listener is stuck in its output.
    let full = false
    while (!full) {
      await bus.send(message, 0, { timeoutMs: 500 }).catch(() => {
        full = true
      })
    }
    child.kill('SIGINT')
    await bus.closed
    child.process.stdout.resume()
    expect(await child.exited).toMatchObject({ code: 130, stderr: '' })
    expect(readdirSync(dirname(path))).toEqual([])
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('of a sender that waits for a listener (%s)', async (signal) => {
    const path = temporaryPath()
    const child = ringway('send', path, 'hello', '--wait', '20000')
    // Nothing shows from outside that it waits; it does so after a fraction of this.
    await delay(1000)
    await stop(child, path, signal)
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('of a sender that waits for input (%s)', async (signal) => {
    const path = temporaryPath()
    const child = ringway('send', path, '--wait', '20000')
    using bus = await Bus.listen(path, 4096)
    child.tell('first')
    expect((await bus.recv())?.text()).toBe('first')
    await stop(child, path, signal)
    expect(await bus.recv()).toBeUndefined()
  })

  it.each([
    ['a file', '--file "$2"'],
    ['stdin', '--file - < /dev/zero'],
    ['lines', '< "$2"'],
  ])('of a sender of %s that waits for room', async (_what, source) => {
    const path = temporaryPath()
    const child = shell(`exec "$NODE" "$RINGWAY" send "$1" --wait 20000 ${source}`, [path, process.execPath])
    using bus = await Bus.listen(path, 2 ** 20)
    await until(() => bus.bytesUsed > 0)
    await delay(200)
    await stop(child, path)
    expect(await countOf(bus)).toBeGreaterThan(0)
  })

  it('of a sender in the middle of a stream', async () => {
    const path = temporaryPath()
    const child = becomes('send "$1" --wait 20000 --file - < /dev/zero', path)
    using bus = await Bus.listen(path, 2 ** 16)
    for (let received = 0; received < 1000; received++) await bus.recv()
    child.kill('SIGINT')
    expect(await countOf(bus)).toBeGreaterThanOrEqual(0)
    expect(await child.exited).toMatchObject({ code: 130, stderr: '' })
  })

  it.each([0, 50, 100, 150, 200, 250, 300, 350])('of a listener that has run for about %i ms', async (ms) => {
    const path = temporaryPath()
    const child = ringway('listen', path)
    await delay(ms)
    child.kill('SIGINT')
    const { code, signal } = await child.exited
    // Before it has begun to watch for signals, the signal itself ends it.
    expect(signal ?? code).toBe(signal === null ? 130 : 'SIGINT')
    expect(readdirSync(dirname(path))).toEqual([])
  })

  it.each([50, 200, 400])('of a bench that has run for %i ms', async (ms) => {
    const folder = dirname(temporaryPath())
    const child = shell('exec "$NODE" "$RINGWAY" bench', [], { env: { TMPDIR: folder } })
    await until(() => readdirSync(folder).length > 0)
    await delay(ms)
    child.kill('SIGINT')
    expect(await child.exited).toEqual({ code: 130, signal: null, stdout: '', stderr: '' })
    expect(readdirSync(folder)).toEqual([])
    expect(allProcesses().filter((pid) => commandOf(pid).includes(folder))).toEqual([])
  })
})

async function countOf(bus: BusConsumer): Promise<number> {
  let count = 0
  for await (const _message of bus) count++
  return count
}
